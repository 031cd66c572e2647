using System.Globalization;

namespace Postcard.Endpoints;

internal static class Times
{
    /// <summary>ISO 8601 in UTC with milliseconds, so that the strict order of creation times shows.</summary>
    /// <param name="milliseconds">Unix time.</param>
    public static string Format(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace Postcard.Endpoints.Http;

internal static class Times
{
    /// <summary>ISO 8601 in UTC with milliseconds, so that the strict order of creation times shows.</summary>
    /// <param name="milliseconds">Unix time.</param>
    public static string Format(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString(Pattern, CultureInfo.InvariantCulture);

    /// <summary>Unix time in milliseconds of what <see cref="Format"/> wrote; null for anything else.</summary>
    public static long? Parse(string text) =>
        DateTimeOffset.TryParseExact(text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeMilliseconds()
            : null;

    private const string Pattern = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
}

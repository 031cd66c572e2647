using System.Globalization;

namespace Postcard.Endpoints.Http;

/// <summary>Where a list goes on: opaque to clients, a position in the list's order to us, so that it stays valid while items come and go.</summary>
internal static class Cursor
{
    /// <summary>The position in the request; <paramref name="start"/> without one.</summary>
    /// <exception cref="Failure">400.</exception>
    public static long Read(Call call, long start) => QueryFields.Value(call, "cursor") switch
    {
        null or "null" or "undefined" => start,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position) => position,
        _ => throw Failure.BadRequest("分页游标无效", "The cursor is not valid"),
    };

    public static string? Write(long? position) => position?.ToString(CultureInfo.InvariantCulture);
}

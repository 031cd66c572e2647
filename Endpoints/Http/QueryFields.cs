using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace Postcard.Endpoints.Http;

internal enum PictureSize
{
    Large,
    Small,
}

/// <summary>What handlers read from the query string.</summary>
internal static class QueryFields
{
    /// <summary>The first value of <paramref name="name"/>, decoded; null when it is absent or empty.</summary>
    public static string? Value(Call call, string name) => Find(call, name) is { IsEmpty: false } value ? value.ToString() : null;

    /// <summary>Whether <paramref name="name"/> is there with exactly this value. Allocates only for values with escapes.</summary>
    public static bool Is(Call call, string name, string value) => Find(call, name).Span.SequenceEqual(value);

    /// <summary>Whether <paramref name="name"/> is there as <c>1</c> or <c>true</c>.</summary>
    public static bool Flag(Call call, string name) => Find(call, name).Span is "1" or "true";

    /// <summary>1 to 100; null when left out.</summary>
    /// <exception cref="Failure">422.</exception>
    public static int? Limit(Call call) => Integer(call, "limit", 1, 100);

    /// <summary>Null when left out.</summary>
    /// <exception cref="Failure">422: no whole number from <paramref name="min"/> to <paramref name="max"/>.</exception>
    public static int? Integer(Call call, string name, int min, int max) => Find(call, name) switch
    {
        { IsEmpty: true } => null,
        var text when int.TryParse(text.Span, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max => number,
        _ => throw Failure.InvalidField(name, $"须为 {min} 到 {max} 的整数", $"must be a whole number from {min} to {max}"),
    };

    /// <summary>Large when left out.</summary>
    /// <exception cref="Failure">422.</exception>
    public static PictureSize Size(Call call) => Find(call, "size").Span switch
    {
        "" or "large" => PictureSize.Large,
        "small" => PictureSize.Small,
        _ => throw Failure.InvalidField("size", "须为 large 或 small", "must be large or small"),
    };

    private static ReadOnlyMemory<char> Find(Call call, string name)
    {
        foreach (var pair in new QueryStringEnumerable(call.Http.Request.QueryString.Value))
        {
            if (pair.DecodeName().Span.SequenceEqual(name))
            {
                return pair.DecodeValue();
            }
        }

        return default;
    }
}

namespace Postcard.Endpoints;

internal enum PictureSize
{
    Large,
    Small,
}

/// <summary>What handlers read from the query string.</summary>
internal static class QueryFields
{
    /// <summary>The first value of <paramref name="name"/>, decoded; null when it is absent or empty.</summary>
    public static string? Value(Call call, string name) => throw new NotImplementedException();

    /// <summary>Whether <paramref name="name"/> is there with exactly this value. Does not allocate.</summary>
    public static bool Is(Call call, string name, string value) => throw new NotImplementedException();

    /// <summary>1 to 100; null when left out.</summary>
    /// <exception cref="Failure">422.</exception>
    public static int? Limit(Call call) => throw new NotImplementedException();

    /// <summary>Large when left out.</summary>
    /// <exception cref="Failure">422.</exception>
    public static PictureSize Size(Call call) => throw new NotImplementedException();
}

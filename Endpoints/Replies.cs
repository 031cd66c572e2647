using System.Text.Json.Serialization.Metadata;

namespace Postcard.Endpoints;

/// <summary>Writes the envelope that every JSON reply is.</summary>
internal static class Replies
{
    /// <summary>Success with <c>"data":null</c>.</summary>
    public static Task OkAsync(Call call, Text? msg = null) => throw new NotImplementedException();

    /// <summary>Success with <paramref name="data"/>.</summary>
    public static Task OkAsync<T>(Call call, T data, JsonTypeInfo<T> type, Text? msg = null) => throw new NotImplementedException();

    /// <summary>Success with a list in <paramref name="data"/> and, beside it, the cursor of the next page or null.</summary>
    public static Task ListAsync<T>(Call call, T data, JsonTypeInfo<T> type, string? next) => throw new NotImplementedException();

    /// <summary>Success with <c>data</c> made of pieces of UTF-8 JSON that were rendered before, written one after the other as they are.</summary>
    public static Task RawAsync(Call call, ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second = default, ReadOnlyMemory<byte> third = default, Text? msg = null) =>
        throw new NotImplementedException();

    /// <summary>
    /// Success with a list whose inside, commas included, is made of pieces of UTF-8 JSON, and <paramref name="next"/> beside it.
    /// </summary>
    public static Task RawListAsync(Call call, IReadOnlyList<ReadOnlyMemory<byte>> pieces, string? next) => throw new NotImplementedException();

    /// <summary>Success with a list whose inside comes piece by piece, too long to be held at once; there is no next page.</summary>
    public static Task StreamListAsync(Call call, IAsyncEnumerable<ReadOnlyMemory<byte>> pieces) => throw new NotImplementedException();

    /// <summary>A failure's envelope, status and headers.</summary>
    public static Task FailAsync(Call call, Failure failure) => throw new NotImplementedException();
}

namespace Postcard.Media;

/// <param name="Width">Pixels, upright.</param>
/// <param name="Height">Pixels, upright.</param>
internal sealed record Picture(int Width, int Height);

/// <summary>Turns an untrusted picture into the two JPEG files that are served.</summary>
internal sealed class Pictures : IDisposable
{
    /// <param name="budgetBytes">What all decoding may take at once, estimated from the headers.</param>
    public Pictures(long budgetBytes) => throw new NotImplementedException();

    /// <summary>
    /// Reads the file at <paramref name="source"/>, told by content, and writes JPEG files: large (long side at most 1600
    /// pixels) and small (at most 400), upright, sRGB, on white, without metadata, never enlarged.
    /// </summary>
    /// <returns>The size of the large picture.</returns>
    /// <exception cref="MediaException">Not taken; neither target exists then.</exception>
    public Task<Picture> MakeAsync(string source, string large, string small, CancellationToken cancel) => throw new NotImplementedException();

    public void Dispose()
    {
    }
}

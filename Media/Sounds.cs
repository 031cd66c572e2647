namespace Postcard.Media;

/// <param name="Format"><c>mp3</c>, <c>m4a</c> or <c>aac</c>: the format that is served, and the file extension.</param>
internal sealed record Sound(string Format, TimeSpan Duration);

/// <summary>Turns an untrusted recording into the file that is served.</summary>
internal sealed class Sounds : IDisposable
{
    /// <summary>
    /// Reads the file at <paramref name="source"/>, told by content, and writes <paramref name="target"/>: WAV becomes MP3, MP3 and
    /// AAC are kept as recorded, without tags.
    /// </summary>
    /// <exception cref="MediaException">Not taken; the target does not exist then.</exception>
    public Task<Sound> MakeAsync(string source, string target, CancellationToken cancel) => throw new NotImplementedException();

    public void Dispose()
    {
    }
}

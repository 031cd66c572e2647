namespace Postcard.Storage.Engine;

/// <summary>
/// Where the database keeps its files. The tests have a second one, which forgets unsynced writes as a power cut does.
/// </summary>
internal interface IDisk
{
    /// <summary>Opens a file, creating it durably when it is not there.</summary>
    IDiskFile Open(string name);
}

/// <summary>A file with positions of its own making: several threads may read while one writes.</summary>
internal interface IDiskFile : IDisposable
{
    long Length { get; }

    /// <summary>Fills <paramref name="buffer"/> from <paramref name="offset"/> as far as the file goes; returns the bytes read.</summary>
    int Read(Span<byte> buffer, long offset);

    void Write(ReadOnlySpan<byte> bytes, long offset);

    void SetLength(long length);

    /// <summary>Returns when all that was written is on the medium.</summary>
    void Sync();
}

using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace Postcard.Storage.Archives;

/// <summary>Writes a backup as it goes: nothing of it is held in memory but the file under way.</summary>
internal sealed class ArchiveWriter : IAsyncDisposable
{
    private const int BufferBytes = 128 * 1024;

    private readonly BufferedStream _buffer;
    private readonly GZipStream _gzip;
    private readonly TarWriter _tar;
    private readonly FileStream _list;
    private readonly Utf8JsonWriter _json;
    private readonly ArchiveAbout _about;
    private readonly List<string> _missing = [];
    private readonly List<string> _damaged = [];

    /// <param name="output">Is left open.</param>
    /// <param name="list">A file, not there yet, for the manifest while it grows; it is removed at the end.</param>
    public ArchiveWriter(Stream output, ArchiveAbout about, string list)
    {
        _about = about;
        _buffer = new BufferedStream(output, BufferBytes);
        _gzip = new GZipStream(_buffer, CompressionLevel.Fastest, leaveOpen: true);
        _tar = new TarWriter(_gzip, TarEntryFormat.Pax, leaveOpen: true);
        _list = new FileStream(list, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, UnixCreateMode = ArchiveFormat.PrivateFile, BufferSize = BufferBytes,
        });
        _json = new Utf8JsonWriter(_list, new() { Indented = true });
        _json.WriteStartObject();
        about.WriteTo(_json);
        _json.WriteStartArray("files");
    }

    /// <summary>Files that are missing, or not as their records say.</summary>
    public int Problems => _missing.Count + _damaged.Count;

    public long Files { get; private set; }

    public async Task AddAsync(string name, byte[] content, CancellationToken cancel)
    {
        await using var source = new HashedFile(new MemoryStream(content), content.Length);
        await AddAsync(new UstarTarEntry(TarEntryType.RegularFile, name), source, _about.Created, cancel);
        List(name, source);
    }

    /// <param name="path">Where it lies.</param>
    /// <param name="expected">What its record says; null when no record is about it, and there is no backup without it.</param>
    /// <exception cref="IOException">Such a file cannot be read.</exception>
    public async Task AddFileAsync(string name, string path, Blob? expected, CancellationToken cancel)
    {
        if (Open(path) is not { } file)
        {
            _missing.Add(expected is not null ? name : throw Unreadable());
            return;
        }

        // The larger ones do not fit the old header's field for the size.
        await using var source = new HashedFile(file, file.Length);
        TarEntry entry = expected is null ? new PaxTarEntry(TarEntryType.RegularFile, name) : new UstarTarEntry(TarEntryType.RegularFile, name);
        var time = expected is null ? _about.Created : DateTimeOffset.FromUnixTimeMilliseconds(expected.Modified);
        await AddAsync(entry, source, time, cancel);
        var hash = List(name, source);
        if (source.Failed && expected is null)
        {
            throw Unreadable();
        }

        if (expected is not null && (source.Failed || source.Length != expected.Bytes || !Convert.ToHexStringLower(hash).StartsWith(expected.Hash, StringComparison.Ordinal)))
        {
            _damaged.Add(name);
        }

        if (_json.BytesPending > BufferBytes)
        {
            await _json.FlushAsync(cancel);
        }
    }

    /// <summary>Ends the archive with its manifest. Before that it is no backup.</summary>
    public async Task FinishAsync(ArchiveCounts counts, CancellationToken cancel)
    {
        _json.WriteEndArray();
        WriteNames("missing", _missing);
        WriteNames("damaged", _damaged);
        _json.WriteNumber("users", counts.Users);
        _json.WriteNumber("cards", counts.Cards);
        _json.WriteNumber("templates", counts.Templates);
        _json.WriteNumber("uploads", counts.Uploads);
        _json.WriteEndObject();
        await _json.FlushAsync(cancel);
        _list.Position = 0;
        await _tar.WriteEntryAsync(
            new PaxTarEntry(TarEntryType.RegularFile, ArchiveFormat.Manifest) { DataStream = _list, Mode = ArchiveFormat.PrivateFile, ModificationTime = _about.Created }, cancel);
        await _tar.DisposeAsync();
        await _gzip.DisposeAsync();
        await _buffer.FlushAsync(cancel);
    }

    /// <summary>Without <see cref="FinishAsync"/> the archive stays cut.</summary>
    public async ValueTask DisposeAsync()
    {
        await _json.DisposeAsync();
        await _list.DisposeAsync();
    }

    private async Task AddAsync(TarEntry entry, HashedFile source, DateTimeOffset time, CancellationToken cancel)
    {
        entry.Mode = ArchiveFormat.PrivateFile;
        entry.ModificationTime = time;
        entry.DataStream = source;
        await _tar.WriteEntryAsync(entry, cancel);
    }

    private byte[] List(string name, HashedFile source)
    {
        Files++;
        var hash = source.Hash();
        _json.WriteStartObject();
        _json.WriteString("path", name);
        _json.WriteNumber("bytes", source.Length);
        _json.WriteString("sha256", Convert.ToHexStringLower(hash));
        _json.WriteEndObject();
        return hash;
    }

    private void WriteNames(string property, List<string> names)
    {
        _json.WriteStartArray(property);
        names.ForEach(_json.WriteStringValue);
        _json.WriteEndArray();
    }

    private static IOException Unreadable() => new("The copy of the database cannot be read.");

    private static FileStream? Open(string path)
    {
        try
        {
            return new(path, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

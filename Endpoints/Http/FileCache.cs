using System.Collections.Concurrent;

namespace Postcard.Endpoints.Http;

/// <summary>
/// Keeps the content of small files that were asked for lately, within a bound. A file that several ask for at once is read once. What to
/// evict goes by the clock algorithm: a file that was asked for again since the hand passed stays for another round.
/// </summary>
internal sealed class FileCache(long capacityBytes)
{
    /// <summary>Files above are read anew for each request.</summary>
    public const int MaxFileBytes = 512 * 1024;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _clock = new();
    private readonly Lock _changing = new();
    private long _bytes;

    /// <summary>Bytes of the files held now.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Whether a file of this length is kept at all.</summary>
    public bool Takes(long length) => length <= MaxFileBytes && length <= capacityBytes;

    /// <summary>The file's content if it is there and read.</summary>
    public byte[]? Find(string path)
    {
        if (!_entries.TryGetValue(path, out var entry) || !entry.Content.IsValueCreated || !entry.Content.Value.IsCompletedSuccessfully)
        {
            return null;
        }

        entry.Used = true;
        return entry.Content.Value.Result;
    }

    /// <summary>The file's content, read once for all who ask meanwhile.</summary>
    /// <exception cref="IOException">It cannot be read, or has another length than <paramref name="length"/>; nothing is kept then.</exception>
    public async Task<byte[]> ReadAsync(string path, int length)
    {
        var entry = _entries.TryGetValue(path, out var known) ? known : Add(path, length);
        try
        {
            return await entry.Content.Value;
        }
        catch
        {
            Remove(entry);
            throw;
        }
    }

    /// <summary>Forgets all files whose path starts with <paramref name="prefix"/>: they were deleted.</summary>
    public void Drop(string prefix)
    {
        foreach (var (path, entry) in _entries)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal))
            {
                Remove(entry);
            }
        }
    }

    private Entry Add(string path, int length)
    {
        lock (_changing)
        {
            if (_entries.TryGetValue(path, out var entry))
            {
                return entry;
            }

            entry = new(path, length);
            MakeRoom(length);
            _entries[path] = entry;
            _clock.AddLast(entry.Place);
            _bytes += length;
            return entry;
        }
    }

    private void MakeRoom(int length)
    {
        while (_bytes + length > capacityBytes && _clock.First is { Value: var entry })
        {
            if (entry.Used)
            {
                entry.Used = false;
                _clock.RemoveFirst();
                _clock.AddLast(entry.Place);
            }
            else
            {
                Remove(entry);
            }
        }
    }

    private void Remove(Entry entry)
    {
        lock (_changing)
        {
            if (_entries.TryRemove(new(entry.Path, entry)))
            {
                _clock.Remove(entry.Place);
                _bytes -= entry.Length;
            }
        }
    }

    private static async Task<byte[]> ReadWholeAsync(string path, int length)
    {
        using var file = File.OpenHandle(path);
        if (RandomAccess.GetLength(file) != length)
        {
            throw new IOException("The file has not the length that its record says.");
        }

        var content = GC.AllocateUninitializedArray<byte>(length);
        var read = 0;
        while (read < length)
        {
            var count = await RandomAccess.ReadAsync(file, content.AsMemory(read), read);
            read += count > 0 ? count : throw new EndOfStreamException();
        }

        return content;
    }

    private sealed class Entry
    {
        public Entry(string path, int length)
        {
            Path = path;
            Length = length;
            Content = new(() => ReadWholeAsync(path, length));
            Place = new(this);
        }

        public string Path { get; }
        public int Length { get; }
        public Lazy<Task<byte[]>> Content { get; }
        public LinkedListNode<Entry> Place { get; }
        public bool Used { get; set; }
    }
}

using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;

namespace Postcard.Storage.Archives;

/// <summary>The entries of a tar.gz that may be anybody's: what its two readers throw at wrong bytes is one exception, and memory has bounds.</summary>
/// <param name="file">The whole file, which can be sought in; is left open.</param>
internal sealed class ArchiveSource(Stream file) : IAsyncDisposable
{
    public const string Damaged = "the backup is damaged or cut";

    private const int BufferBytes = 256 * 1024;

    /// <summary>Of what stands before a file; names and the like are read into memory, whatever length they claim.</summary>
    private const int HeaderBytes = 64 * 1024;

    /// <summary>The two empty blocks at the end, filled up as tar programs do.</summary>
    private const int PaddingBytes = 1 << 20;

    private readonly CountedStream _gzip = new(new GZipStream(file, CompressionMode.Decompress, leaveOpen: true));
    private readonly byte[] _buffer = new byte[BufferBytes];
    private TarReader? _tar;

    /// <returns>Null at the end.</returns>
    /// <exception cref="ArchiveException"/>
    public async Task<TarEntry?> NextAsync(CancellationToken cancel)
    {
        _tar ??= new(_gzip, leaveOpen: true);
        _gzip.Limit = _gzip.Total + HeaderBytes;
        try
        {
            return await _tar.GetNextEntryAsync(copyData: false, cancel);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new ArchiveException(Damaged);
        }
        finally
        {
            _gzip.Limit = long.MaxValue;
        }
    }

    /// <summary>Passes on all of an entry, piece by piece.</summary>
    /// <exception cref="ArchiveException"/>
    public async Task CopyAsync(TarEntry entry, Action<ReadOnlyMemory<byte>> take, CancellationToken cancel)
    {
        var read = entry.DataStream is null ? 0 : await ReadAsync(entry.DataStream, entry.Length, take, cancel);
        if (read != entry.Length)
        {
            throw new ArchiveException(Damaged);
        }
    }

    /// <summary>Reads what follows the last entry, and looks whether the file ends as it should.</summary>
    /// <exception cref="ArchiveException"/>
    public async Task FinishAsync(CancellationToken cancel)
    {
        await ReadAsync(_gzip, PaddingBytes, _ => { }, cancel);

        // The decompressor takes an end without its checksum and length for an end.
        var length = new byte[sizeof(uint)];
        file.Position = file.Length - length.Length;
        await file.ReadExactlyAsync(length, cancel);
        if (BinaryPrimitives.ReadUInt32LittleEndian(length) != (uint)_gzip.Total)
        {
            throw new ArchiveException(Damaged + ": its last bytes are missing, or others follow");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_tar is not null)
        {
            await _tar.DisposeAsync();
        }

        await _gzip.DisposeAsync();
    }

    /// <returns>How many bytes there were.</returns>
    private async Task<long> ReadAsync(Stream source, long limit, Action<ReadOnlyMemory<byte>> take, CancellationToken cancel)
    {
        for (var total = 0L; ;)
        {
            int read;
            try
            {
                read = await source.ReadAsync(_buffer, cancel);
            }
            catch (Exception e) when (IsDamage(e))
            {
                throw new ArchiveException(Damaged);
            }

            if (read == 0)
            {
                return total;
            }

            total += read;
            if (total > limit)
            {
                throw new ArchiveException(Damaged);
            }

            take(_buffer.AsMemory(0, read));
        }
    }

    private static bool IsDamage(Exception e) =>
        e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or OverflowException or NotSupportedException or InvalidOperationException;
}

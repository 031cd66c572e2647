using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Postcard.Storage.Archives;

/// <summary>
/// Unpacks a backup into an empty directory and believes nothing of it: names out of a short list of forms, plain files, sizes within bounds,
/// and in the end every file as the manifest says, which is the last of them.
/// </summary>
/// <param name="keepsMedia">Whether media are written too; otherwise they are only looked at.</param>
internal sealed class ArchiveReader(string directory, bool keepsMedia = true)
{
    private const int BufferBytes = 256 * 1024;
    private const long TextBytes = 1 << 20;
    private const long ManifestBytes = 1 << 30;
    private const long MediumBytes = 256 << 20;

    /// <summary>Of what stands before a file; names and the like are read into memory, whatever length they claim.</summary>
    private const int HeaderBytes = 64 * 1024;

    /// <summary>The two empty blocks at the end, filled up as tar programs do.</summary>
    private const int PaddingBytes = 1 << 20;

    private const string Damaged = "the backup is damaged or cut";

    private readonly List<ArchivedFile> _files = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly byte[] _buffer = new byte[BufferBytes];

    /// <summary>Bytes unpacked so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>What the archive says of itself; known once <see cref="UnpackAsync"/> has begun.</summary>
    public ArchiveAbout About { get; private set; } = null!;

    /// <param name="source">The whole file, which can be sought in.</param>
    /// <param name="step">Is called after each file.</param>
    /// <exception cref="ArchiveException">What is in the directory is of no use then.</exception>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public async Task<Manifest> UnpackAsync(Stream source, Action step, CancellationToken cancel)
    {
        await using var gzip = new CountedStream(new GZipStream(source, CompressionMode.Decompress, leaveOpen: true));
        await using var tar = new TarReader(gzip, leaveOpen: true);
        Manifest? manifest = null;
        while (await NextAsync(tar, gzip, cancel) is { } entry)
        {
            if (manifest is not null)
            {
                throw new ArchiveException(Damaged + ": something follows its list of files");
            }

            manifest = await TakeAsync(entry, cancel);
            step();
        }

        if (manifest is null)
        {
            throw new ArchiveException(Damaged + ": its end is missing");
        }

        await ReadAsync(gzip, PaddingBytes, cancel, _ => { });
        CheckEnd(source, gzip.Total);
        Compare(manifest);
        return manifest;
    }

    /// <summary>The decompressor takes an end without its checksum and length for an end.</summary>
    private static void CheckEnd(Stream source, long unpacked)
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        source.Position = source.Length - length.Length;
        source.ReadExactly(length);
        if (BinaryPrimitives.ReadUInt32LittleEndian(length) != (uint)unpacked)
        {
            throw new ArchiveException(Damaged + ": its last bytes are missing, or others follow");
        }
    }

    private async Task<Manifest?> TakeAsync(TarEntry entry, CancellationToken cancel)
    {
        var name = entry.Name;
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
        {
            throw new ArchiveException($"{Damaged}: it holds something that is no file");
        }

        if (About is null)
        {
            About = name is ArchiveFormat.About
                ? ArchiveAbout.Parse(await TextAsync(entry, TextBytes, listed: true, cancel))
                : throw new ArchiveException("the file is no backup of Postcard");
            CheckSpace();
            return null;
        }

        switch (name)
        {
            case ArchiveFormat.Manifest:
                return Manifest.Parse(await TextAsync(entry, ManifestBytes, listed: false, cancel));
            case ArchiveFormat.Settings:
                await TextAsync(entry, TextBytes, listed: true, cancel);
                return null;
            case ArchiveFormat.Database:
                await UnpackAsync(entry, long.MaxValue, keeps: true, cancel);
                return null;
            default:
                await UnpackAsync(entry, MediaLayout.IsMedium(name) ? MediumBytes : throw new ArchiveException($"{Damaged}: it holds a file of a strange name"), keepsMedia, cancel);
                return null;
        }
    }

    private void CheckSpace()
    {
        var free = new DriveInfo(directory).AvailableFreeSpace;
        if (keepsMedia && free < About.Bytes)
        {
            throw new ArchiveException($"the backup takes {About.Bytes / 1_000_000} MB, and {free / 1_000_000} MB are free beside the data directory");
        }
    }

    private async Task UnpackAsync(TarEntry entry, long limit, bool keeps, CancellationToken cancel)
    {
        CheckSize(entry, limit);
        if (!_names.Add(entry.Name))
        {
            throw new ArchiveException($"{Damaged}: it holds a file twice");
        }

        await using var file = keeps ? Create(Path.Combine(directory, entry.Name)) : Stream.Null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await CopyAsync(entry, cancel, part =>
        {
            hash.AppendData(part.Span);
            file.Write(part.Span);
        });
        _files.Add(new(entry.Name, entry.Length, hash.GetHashAndReset()));
    }

    private static FileStream Create(string path)
    {
        MakeDirectory(Path.GetDirectoryName(path)!);
        return new(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = ArchiveFormat.PrivateFile, BufferSize = 0 });
    }

    /// <summary>One by one: the mode that .NET takes is for the last of them only.</summary>
    private static void MakeDirectory(string path)
    {
        if (!Directory.Exists(path))
        {
            MakeDirectory(Path.GetDirectoryName(path)!);
            Directory.CreateDirectory(path, ArchiveFormat.PrivateDirectory);
        }
    }

    private async Task<byte[]> TextAsync(TarEntry entry, long limit, bool listed, CancellationToken cancel)
    {
        CheckSize(entry, limit);
        var text = new MemoryStream((int)entry.Length);
        await CopyAsync(entry, cancel, part => text.Write(part.Span));
        if (listed)
        {
            _files.Add(new(entry.Name, entry.Length, SHA256.HashData(text.GetBuffer().AsSpan(0, (int)text.Length))));
        }

        return text.ToArray();
    }

    private static void CheckSize(TarEntry entry, long limit)
    {
        if (entry.Length > limit)
        {
            throw new ArchiveException($"{Damaged}: one of its files is too large");
        }
    }

    private async Task CopyAsync(TarEntry entry, CancellationToken cancel, Action<ReadOnlyMemory<byte>> take)
    {
        var read = entry.DataStream is null ? 0 : await ReadAsync(entry.DataStream, entry.Length, cancel, take);
        if (read != entry.Length)
        {
            throw new ArchiveException(Damaged);
        }

        Bytes += read;
    }

    /// <returns>How many bytes there were.</returns>
    private async Task<long> ReadAsync(Stream source, long limit, CancellationToken cancel, Action<ReadOnlyMemory<byte>> take)
    {
        var total = 0L;
        while (true)
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

    private static async Task<TarEntry?> NextAsync(TarReader tar, CountedStream source, CancellationToken cancel)
    {
        source.Limit = source.Total + HeaderBytes;
        try
        {
            return await tar.GetNextEntryAsync(copyData: false, cancel);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new ArchiveException(Damaged);
        }
        finally
        {
            source.Limit = long.MaxValue;
        }
    }

    /// <summary>What the two readers throw at wrong bytes.</summary>
    private static bool IsDamage(Exception e) =>
        e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or OverflowException or NotSupportedException or InvalidOperationException;

    private void Compare(Manifest manifest)
    {
        if (manifest.Files.Count != _files.Count)
        {
            throw new ArchiveException($"{Damaged}: it holds other files than its list says");
        }

        foreach (var (listed, found) in manifest.Files.Zip(_files))
        {
            if (listed.Path != found.Path || listed.Bytes != found.Bytes || !listed.Hash.AsSpan().SequenceEqual(found.Hash))
            {
                throw new ArchiveException($"{Damaged}: {found.Path} is not what its list says");
            }
        }

        if (!_files.Exists(file => file.Path == ArchiveFormat.Database))
        {
            throw new ArchiveException($"{Damaged}: it holds no {ArchiveFormat.Database}");
        }
    }
}

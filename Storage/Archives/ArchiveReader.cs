using System.Formats.Tar;
using System.Security.Cryptography;

namespace Postcard.Storage.Archives;

/// <summary>
/// Unpacks a backup into an empty directory and believes nothing of it: names out of a short list of forms, plain files, sizes within bounds,
/// and in the end every file as the manifest says, which is the last of them.
/// </summary>
/// <param name="keepsMedia">Whether media are written too; otherwise they are only looked at.</param>
internal sealed class ArchiveReader(string directory, bool keepsMedia = true)
{
    private const long TextBytes = 1 << 20;
    private const long ManifestBytes = 1 << 30;
    private const long MediumBytes = 256 << 20;

    private const string Damaged = ArchiveSource.Damaged;

    private readonly List<ArchivedFile> _files = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>What the archive says of itself; known once <see cref="UnpackAsync"/> has begun.</summary>
    public ArchiveAbout About { get; private set; } = null!;

    /// <param name="source">The whole file, which can be sought in.</param>
    /// <param name="step">Is called after each file.</param>
    /// <exception cref="ArchiveException">What is in the directory is of no use then.</exception>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public async Task<Manifest> UnpackAsync(Stream source, Action step, CancellationToken cancel)
    {
        await using var archive = new ArchiveSource(source);
        Manifest? manifest = null;
        while (await archive.NextAsync(cancel) is { } entry)
        {
            if (manifest is not null)
            {
                throw new ArchiveException(Damaged + ": something follows its list of files");
            }

            manifest = await TakeAsync(archive, entry, cancel);
            step();
        }

        if (manifest is null)
        {
            throw new ArchiveException(Damaged + ": its end is missing");
        }

        await archive.FinishAsync(cancel);
        Compare(manifest);
        return manifest;
    }

    private async Task<Manifest?> TakeAsync(ArchiveSource archive, TarEntry entry, CancellationToken cancel)
    {
        var name = entry.Name;
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
        {
            throw new ArchiveException($"{Damaged}: it holds something that is no file");
        }

        if (About is null)
        {
            About = name is ArchiveFormat.About
                ? ArchiveAbout.Parse(await TextAsync(archive, entry, TextBytes, listed: true, cancel))
                : throw new ArchiveException("the file is no backup of Postcard");
            CheckSpace();
            return null;
        }

        switch (name)
        {
            case ArchiveFormat.Manifest:
                return Manifest.Parse(await TextAsync(archive, entry, ManifestBytes, listed: false, cancel));
            case ArchiveFormat.Settings:
                await TextAsync(archive, entry, TextBytes, listed: true, cancel);
                return null;
            case ArchiveFormat.Database:
                await UnpackAsync(archive, entry, long.MaxValue, keeps: true, cancel);
                return null;
            default:
                await UnpackAsync(archive, entry, MediaLayout.IsMedium(name) ? MediumBytes : throw new ArchiveException($"{Damaged}: it holds a file of a strange name"), keepsMedia, cancel);
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

    private async Task UnpackAsync(ArchiveSource archive, TarEntry entry, long limit, bool keeps, CancellationToken cancel)
    {
        CheckSize(entry, limit);
        if (!_names.Add(entry.Name))
        {
            throw new ArchiveException($"{Damaged}: it holds a file twice");
        }

        await using var file = keeps ? Create(Path.Combine(directory, entry.Name)) : Stream.Null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await archive.CopyAsync(entry, part =>
        {
            hash.AppendData(part.Span);
            file.Write(part.Span);
        }, cancel);
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

    private async Task<byte[]> TextAsync(ArchiveSource archive, TarEntry entry, long limit, bool listed, CancellationToken cancel)
    {
        CheckSize(entry, limit);
        var text = new MemoryStream((int)entry.Length);
        await archive.CopyAsync(entry, part => text.Write(part.Span), cancel);
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

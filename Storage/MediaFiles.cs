using System.Security.Cryptography;

namespace Postcard.Storage;

/// <summary>
/// The media directories beside the database. A file is complete, synced and under its final name before a record names
/// it, and its record is gone before it is deleted; what a crash leaves between is an orphan for the sweep.
/// </summary>
internal sealed class MediaFiles
{
    /// <summary>Starts the names of files still being written.</summary>
    public const string Incoming = ".incoming-";

    /// <summary>Starts the names of codes that lead to a card: they have no record, and are made anew when they are gone.</summary>
    public const string Code = "code-";

    private const int HashLength = 32;
    private const UnixFileMode PrivateDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public MediaFiles(string root)
    {
        Root = root;
        MakeDirectory(Users);
        MakeDirectory(Templates);
    }

    public string Root { get; }

    public Deletions Deletions { get; } = new();

    public string Users => Path.Combine(Root, "users");

    public string Templates => Path.Combine(Root, "templates");

    /// <exception cref="ArgumentException">Without a uid it would be everybody's.</exception>
    public string UserDirectory(string uid) => Path.Combine(Users, uid.Length > 0 ? uid : throw new ArgumentException("There is no user.", nameof(uid)));

    public string CardsDirectory(string uid) => Path.Combine(Users, uid, "cards");

    public string CardDirectory(string uid, string card) => Path.Combine(Users, uid, "cards", card);

    public string TempDirectory(string uid) => Path.Combine(Users, uid, "temp");

    public string TemplateDirectory(int template) => Path.Combine(Templates, template.ToString());

    /// <summary>Bytes that the file system can still take.</summary>
    public long FreeBytes => new DriveInfo(Root).AvailableFreeSpace;

    /// <summary>Writes a byte and removes it again.</summary>
    /// <exception cref="IOException">The disk cannot be written.</exception>
    public void Probe()
    {
        var path = NewIncoming(Root);
        try
        {
            File.WriteAllBytes(path, [1]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Makes a user's directories, durably.</summary>
    public void MakeUser(string uid)
    {
        MakeDirectory(UserDirectory(uid));
        MakeDirectory(CardsDirectory(uid));
        MakeDirectory(TempDirectory(uid));
    }

    /// <summary>Makes one directory (0700) whose parent exists, and its name durable.</summary>
    public static void MakeDirectory(string path)
    {
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path, PrivateDirectory);
            Native.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
    }

    /// <summary>Makes a file of bytes, durably and in one step: under its name it is whole, and replaces what had the name.</summary>
    public static void Write(ReadOnlySpan<byte> content, string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        var incoming = NewIncoming(directory);
        try
        {
            using (var file = new FileStream(incoming, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = PrivateFile }))
            {
                file.Write(content);
                Native.SyncFile(file.SafeFileHandle);
            }

            File.Move(incoming, path, overwrite: true);
            Native.SyncDirectory(directory);
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    /// <summary>A path in <paramref name="directory"/> for bytes that no record names yet.</summary>
    public static string NewIncoming(string directory) => Path.Combine(directory, Incoming + Ids.NewFile());

    /// <summary>Deletes such a file if it is there; its directory may have gone with the user.</summary>
    public static void DeleteIncoming(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    /// <summary>The first 128 bits of a file's SHA-256, in lower-case hexadecimal.</summary>
    public static async Task<string> HashAsync(string path, CancellationToken cancel)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel))[..HashLength];
    }

    /// <summary>
    /// Hashes and syncs a finished file and gives it its final name, <c>kind-hash.ext</c>, with <paramref name="unique"/> between the
    /// two where equal content must not mean the same file. The caller syncs the directory once all its files are there.
    /// </summary>
    public static Blob Adopt(string incoming, string directory, string kind, string format, bool unique, DateTimeOffset now)
    {
        string hash;
        long bytes;
        using (var file = new FileStream(incoming, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, 1))
        {
            hash = Convert.ToHexStringLower(SHA256.HashData(file))[..HashLength];
            bytes = file.Length;
            File.SetUnixFileMode(file.SafeFileHandle, PrivateFile);
            Native.SyncFile(file.SafeFileHandle);
        }

        var name = unique ? $"{kind}-{hash}-{Ids.NewFile()}.{format}" : $"{kind}-{hash}.{format}";
        File.Move(incoming, Path.Combine(directory, name), overwrite: true);
        return new(name, hash, bytes, 0, 0, 0, now.ToUnixTimeMilliseconds());
    }

    /// <summary>Gives the uploads that a card takes their names in the card's directory; the uploads' own names stay until the record says otherwise.</summary>
    public BlobSet LinkIntoCard(string uid, string card, BlobSet uploads)
    {
        var directory = CardDirectory(uid, card);
        MakeDirectory(directory);
        var linked = new BlobSet(Link(uploads.Image, "image"), Link(uploads.Mini, "mini_image"), Link(uploads.Audio, "audio"));
        Native.SyncDirectory(directory);
        return linked;

        Blob? Link(Blob? upload, string kind)
        {
            if (upload is null)
            {
                return null;
            }

            var name = $"{kind}-{upload.Hash}.{upload.Format}";
            var path = Path.Combine(directory, name);
            Deletions.Revive(path, () => Native.Link(Path.Combine(TempDirectory(uid), upload.Name), path));
            return upload with { Name = name };
        }
    }

    /// <summary>Undoes <see cref="LinkIntoCard"/>; the directory of a card that was not made goes too.</summary>
    public void UnlinkFromCard(string uid, string card, IEnumerable<Blob> blobs)
    {
        var directory = CardDirectory(uid, card);
        Delete(directory, blobs);
        if (!Directory.EnumerateFileSystemEntries(directory).Any())
        {
            Directory.Delete(directory);
        }
    }

    /// <summary>Deletes files that no record names any more.</summary>
    public void Delete(string directory, IEnumerable<Blob> blobs)
    {
        foreach (var blob in blobs)
        {
            Deletions.Remove(Path.Combine(directory, blob.Name));
        }
    }

    /// <summary>Removes a directory that no record names any more, with all it holds.</summary>
    public void DeleteDirectory(string path) => Deletions.Remove(path);
}

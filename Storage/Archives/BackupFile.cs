namespace Postcard.Storage.Archives;

/// <summary>A file that has its name when it is whole and on disk, and not before.</summary>
internal sealed class BackupFile : IAsyncDisposable
{
    /// <summary>Ends the names of files still being written.</summary>
    private const string Unfinished = ".postcard-part";

    private readonly string _part;
    private readonly FileStream _stream;
    private bool _finished;

    private BackupFile(string path)
    {
        _part = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Ids.NewFile()}{Unfinished}");
        _stream = Engine.FileDisk.OpenPrivate(_part, FileMode.CreateNew, FileShare.None);
    }

    /// <summary>Where its bytes go.</summary>
    public Stream Stream => _stream;

    public long Bytes => _stream.Length;

    /// <param name="path">Full path; nothing is there yet.</param>
    /// <exception cref="IOException">The directory cannot be written, or there is such a file.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static BackupFile Create(string path)
    {
        if (Path.Exists(path))
        {
            throw new IOException(File.Exists(path) ? "there is such a file already" : "it is a directory");
        }

        RemoveLeftovers(Path.GetDirectoryName(path)!);
        return new(path);
    }

    /// <summary>Bytes that the directory of <paramref name="path"/> can still take.</summary>
    public static long FreeBytes(string path) => new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace;

    /// <param name="path">The name it gets, in the directory where it is.</param>
    /// <exception cref="IOException">It is not on disk, and does not get its name.</exception>
    public async Task FinishAsync(string path)
    {
        await _stream.FlushAsync();
        Native.SyncFile(_stream.SafeFileHandle);
        File.Move(_part, path, overwrite: false);
        _finished = true;
        Native.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        if (!_finished)
        {
            File.Delete(_part);
        }
    }

    /// <summary>What a kill left behind; those that somebody still writes are locked.</summary>
    private static void RemoveLeftovers(string directory)
    {
        foreach (var part in Directory.EnumerateFiles(directory, ".*" + Unfinished))
        {
            try
            {
                using var _ = new FileStream(part, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(part);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is being written, or is somebody else's.
            }
        }
    }
}

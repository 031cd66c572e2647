namespace Postcard.Storage.Engine;

/// <summary>The files of a data directory, readable by their owner only.</summary>
internal sealed class FileDisk(string directory) : IDisk
{
    public IDiskFile Open(string name) => Open(name, FileMode.OpenOrCreate);

    /// <exception cref="IOException">There is such a file already.</exception>
    public IDiskFile Create(string name) => Open(name, FileMode.CreateNew);

    private DiskFile Open(string name, FileMode mode)
    {
        var path = Path.Combine(directory, name);
        var created = !File.Exists(path);
        var file = OpenPrivate(path, mode, FileShare.Read);
        if (created)
        {
            Native.SyncDirectory(directory);
        }

        return new DiskFile(file);
    }

    /// <summary>Opens a file for reading and writing, readable by its owner only if it is made here.</summary>
    public static FileStream OpenPrivate(string path, FileMode mode, FileShare share) => new(path, new FileStreamOptions
    {
        Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    private sealed class DiskFile(FileStream file) : IDiskFile
    {
        public long Length => RandomAccess.GetLength(file.SafeFileHandle);

        public int Read(Span<byte> buffer, long offset)
        {
            var total = 0;
            while (total < buffer.Length)
            {
                var read = RandomAccess.Read(file.SafeFileHandle, buffer[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file.SafeFileHandle, bytes, offset);

        public void SetLength(long length) => RandomAccess.SetLength(file.SafeFileHandle, length);

        public void Sync() => Native.SyncFile(file.SafeFileHandle);

        public void Dispose() => file.Dispose();
    }
}

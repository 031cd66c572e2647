namespace Postcard.Storage.Engine;

/// <summary>
/// The advisory lock on <c>postcard.lock</c> (flock on Linux) that one server or command holds for the life of its process: LiteDB
/// itself lets two processes write one file and loses data silently.
/// </summary>
internal sealed class DataLock : IDisposable
{
    public const string FileName = "postcard.lock";

    private readonly FileStream _file;

    private DataLock(FileStream file) => _file = file;

    /// <summary>Creates the directory if need be and takes its lock without waiting.</summary>
    /// <exception cref="DataDirectoryInUseException"/>
    /// <exception cref="IOException">The directory cannot be made or written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static DataLock Take(string directory)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(directory, FileName);
        try
        {
            return new DataLock(FileDisk.OpenPrivate(path, FileMode.OpenOrCreate, FileShare.None));
        }
        catch (IOException e) when (DiskFaults.IsSharing(e))
        {
            throw new DataDirectoryInUseException(directory, e);
        }
    }

    public void Dispose() => _file.Dispose();
}

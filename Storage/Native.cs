using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Postcard.Storage;

/// <summary>What the file system offers and .NET does not.</summary>
internal static partial class Native
{
    private const int Interrupted = 4;
    private const int AlreadyExists = 17, InvalidArgument = 22, NotImplemented = 38;

    // errno, which .NET leaves in HResult where it has no exception type of its own.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Makes a file's bytes and length durable. .NET's own flush to disk does not say when the disk refused.</summary>
    /// <exception cref="IOException">They may or may not be on disk, and asking again would not tell: the kernel reports a failure once.</exception>
    public static void SyncFile(SafeFileHandle file) => Sync(file, "file", "a file");

    /// <summary>Makes the names in a directory durable: a rename or a link is not until its directory is synced.</summary>
    public static void SyncDirectory(string path)
    {
        using var handle = OpenDirectory(path);
        Sync(handle, "directory", path);
    }

    /// <summary>Gives a file a second name; a name that exists stays what it is.</summary>
    public static void Link(string source, string target)
    {
        if (LinkCall(source, target) != 0 && Marshal.GetLastPInvokeError() != AlreadyExists)
        {
            throw Error("link", target);
        }
    }

    /// <summary>Returns when all that was written to the file system of a directory is on the medium: one call for many files.</summary>
    /// <param name="directory">Opened before the first of them was written: it learns of what fails from then on only.</param>
    public static void SyncFileSystem(SafeFileHandle directory)
    {
        if (SyncAll(directory) != 0)
        {
            throw Error("syncfs", "the file system");
        }

        Count("file_system");
    }

    /// <summary>Gives a directory a name that nothing has, or an empty directory.</summary>
    /// <exception cref="IOException">What has the name is not empty, is a mount point, or lies on another file system.</exception>
    public static void RenameDirectory(string source, string target)
    {
        if (RenameCall(source, target) != 0)
        {
            throw Error("rename", target);
        }
    }

    /// <summary>Swaps the names of two directories, in one step.</summary>
    /// <returns>False where the file system cannot do it.</returns>
    /// <exception cref="IOException">One is a mount point.</exception>
    public static bool TryExchange(string one, string other)
    {
        const int workingDirectory = -100, exchange = 2;
        if (RenameAt(workingDirectory, one, workingDirectory, other, exchange) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() is InvalidArgument or NotImplemented ? false : throw Error("renameat2", other);
    }

    /// <summary>Whether an error of the file system says that there is no space, for all or for this user.</summary>
    public static bool IsDiskFull(IOException error) => error.HResult is NoSpace or QuotaExceeded;

    /// <summary>A handle for <see cref="SyncFileSystem"/>.</summary>
    public static SafeFileHandle OpenDirectory(string path)
    {
        // .NET opens no directories; O_RDONLY is 0.
        var descriptor = Open(path, 0);
        return descriptor < 0 ? throw Error("open", path) : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static void Sync(SafeFileHandle handle, string kind, string path)
    {
        while (SyncCall(handle) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw Error("fsync", path);
            }
        }

        Count(kind);
    }

    private static void Count(string kind) => StorageMeter.Syncs.Add(1, new KeyValuePair<string, object?>("of", kind));

    private static IOException Error(string call, string path)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{call} failed for {Path.GetFileName(path)}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncCall(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncAll(SafeFileHandle directory);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameCall(string source, string target);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int directory, string path, int otherDirectory, string otherPath, uint flags);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkCall(string source, string target);
}

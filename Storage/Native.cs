using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Postcard.Storage;

/// <summary>What the file system offers and .NET does not.</summary>
internal static partial class Native
{
    private const int AlreadyExists = 17;

    // errno, which .NET leaves in HResult where it has no exception type of its own.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Makes the names in a directory durable: a rename or a link is not until its directory is synced.</summary>
    public static void SyncDirectory(string path)
    {
        // .NET opens no directories; O_RDONLY is 0.
        var descriptor = Open(path, 0);
        if (descriptor < 0)
        {
            throw Error("open", path);
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Sync(descriptor) != 0)
        {
            throw Error("fsync", path);
        }
    }

    /// <summary>Gives a file a second name; a name that exists stays what it is.</summary>
    public static void Link(string source, string target)
    {
        if (LinkCall(source, target) != 0 && Marshal.GetLastPInvokeError() != AlreadyExists)
        {
            throw Error("link", target);
        }
    }

    /// <summary>Whether an error of the file system says that there is no space, for all or for this user.</summary>
    public static bool IsDiskFull(IOException error) => error.HResult is NoSpace or QuotaExceeded;

    private static IOException Error(string call, string path)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{call} failed for {Path.GetFileName(path)}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkCall(string source, string target);
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Postcard.Commands;

/// <param name="Owner">User id.</param>
/// <param name="Mode">Permissions only.</param>
internal sealed record FileStatus(uint Owner, UnixFileMode Mode);

/// <summary>What Linux tells about files and processes, and .NET does not.</summary>
internal static partial class Posix
{
    private const int CurrentDirectory = -100, NoFollow = 0x100, ModeAndOwner = 0x2 | 0x8, WriteAndSearch = 2 | 1, OpenFiles = 7;

    // struct statx is the same on every architecture.
    private const int StatusBytes = 256, OwnerOffset = 20, ModeOffset = 28;

    /// <summary>The effective user id.</summary>
    public static uint User => EffectiveUser();

    /// <summary>Of the entry itself, without following a link; null when it is not there or cannot be seen.</summary>
    public static FileStatus? StatusOf(string path)
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        if (Statx(CurrentDirectory, path, NoFollow, ModeAndOwner, status) != 0)
        {
            return null;
        }

        var mode = BinaryPrimitives.ReadUInt16LittleEndian(status[ModeOffset..]) & 0xFFF;
        return new(BinaryPrimitives.ReadUInt32LittleEndian(status[OwnerOffset..]), (UnixFileMode)mode);
    }

    /// <summary>Whether this user may make files in a directory; false on a read-only file system, for root too.</summary>
    public static bool MayWrite(string directory) => Access(directory, WriteAndSearch) == 0;

    /// <summary>The soft limit of open files of this process, which .NET has raised to the hard one.</summary>
    public static long OpenFileLimit()
    {
        Span<ulong> limits = stackalloc ulong[2];
        return ResourceLimit(OpenFiles, limits) == 0 ? (long)Math.Min(limits[0], long.MaxValue) : long.MaxValue;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int ResourceLimit(int resource, Span<ulong> limits);
}

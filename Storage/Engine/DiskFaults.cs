namespace Postcard.Storage.Engine;

/// <summary>Tells what an exception of the file system means; .NET puts errno into <see cref="Exception.HResult"/>.</summary>
internal static class DiskFaults
{
    private const int FileTooLarge = 27;
    private const int WouldBlock = 11;

    public static bool IsDisk(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>Whether the disk is behind what broke a store.</summary>
    public static bool IsOfDisk(Exception? fault)
    {
        while (fault is not null && !IsDisk(fault))
        {
            fault = fault.InnerException;
        }

        return fault is not null;
    }

    public static bool IsFull(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is IOException io && (Native.IsDiskFull(io) || io.HResult == FileTooLarge))
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsSharing(IOException e) => e.HResult == WouldBlock;

    /// <summary>What the caller of a change is told.</summary>
    public static Exception ForCaller(Exception? fault) =>
        IsFull(fault) ? new StorageFullException(fault) : new StorageUnavailableException(fault);
}

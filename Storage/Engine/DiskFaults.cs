namespace Postcard.Storage.Engine;

/// <summary>Tells what an exception of the file system means; .NET puts errno into <see cref="Exception.HResult"/>.</summary>
internal static class DiskFaults
{
    private const int FileTooLarge = 27;
    private const int WouldBlock = 11;

    public static bool IsDisk(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>Whether the disk is behind what broke a store.</summary>
    public static bool IsOfDisk(Exception? fault) => Causes(fault).Any(IsDisk);

    public static bool IsFull(Exception? fault) => Causes(fault).OfType<IOException>().Any(io => Native.IsDiskFull(io) || io.HResult == FileTooLarge);

    public static bool IsSharing(IOException e) => e.HResult == WouldBlock;

    /// <summary>What the caller of a change is told.</summary>
    public static Exception ForCaller(Exception? fault) =>
        IsFull(fault) ? new StorageFullException(fault) : new StorageUnavailableException(fault);

    private static IEnumerable<Exception> Causes(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            yield return fault;
        }
    }
}

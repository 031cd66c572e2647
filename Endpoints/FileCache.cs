namespace Postcard.Endpoints;

/// <summary>Keeps the content of small files that were asked for lately, within a bound.</summary>
internal sealed class FileCache(long capacityBytes)
{
    /// <summary>Files above are read anew for each request.</summary>
    public const int MaxFileBytes = 512 * 1024;

    public long CapacityBytes { get; } = capacityBytes;

    /// <summary>Forgets all files whose path starts with <paramref name="prefix"/>: they were deleted.</summary>
    public void Drop(string prefix) => throw new NotImplementedException();
}

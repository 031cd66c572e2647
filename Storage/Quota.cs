namespace Postcard.Storage;

/// <summary>What one user may have; 0 stands for any amount. Waiting uploads count like what cards have.</summary>
internal sealed record Quota(int Cards, long Bytes)
{
    public static readonly Quota None = new(0, 0);

    public bool HasRoomFor(int cards) => Cards == 0 || cards <= Cards;

    public bool HasRoomFor(long bytes) => Bytes == 0 || bytes <= Bytes;

    /// <summary>Size of the uploads that would still wait once those of these kinds are taken or replaced.</summary>
    internal static long Waiting(Tables tables, string uid, params ReadOnlySpan<UploadKind> without)
    {
        long bytes = 0;
        foreach (var kind in (ReadOnlySpan<UploadKind>)[UploadKind.Image, UploadKind.Audio])
        {
            bytes += without.Contains(kind) ? 0 : Uploads.Get(tables, uid, kind)?.Blobs.Bytes ?? 0;
        }

        return bytes;
    }
}

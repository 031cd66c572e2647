namespace Postcard.Media;

/// <summary>The IHDR chunk, which the standard puts first.</summary>
internal static class PngHeader
{
    private const long MaxPixels = 100_000_000;

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static PictureHeader Read(HeaderReader reader)
    {
        reader.Position = Signature.Length;
        if (reader.BigUInt32() != 13 || !reader.Take(4).SequenceEqual("IHDR"u8))
        {
            throw new MediaException(MediaFault.Damaged);
        }

        long width = reader.BigUInt32(), height = reader.BigUInt32();
        int depth = reader.Byte(), colour = reader.Byte();
        reader.Take(2);
        var interlaced = reader.Byte() != 0;
        var bytesPerPixel = BytesPerPixel(colour, depth);
        return interlaced
            ? PictureHeader.Whole(PictureKind.Png, width, height, MaxPixels, bytesPerPixel)
            : PictureHeader.Rows(PictureKind.Png, width, height, MaxPixels, bytesPerPixel);
    }

    /// <summary>As libvips holds them: palettes resolved with alpha, fewer than 8 bits widened.</summary>
    private static int BytesPerPixel(int colour, int depth)
    {
        var bands = colour switch { 0 => 1, 4 => 2, 2 => 3, _ => 4 };
        return bands * (depth == 16 ? 2 : 1);
    }
}

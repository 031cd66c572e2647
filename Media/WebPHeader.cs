namespace Postcard.Media;

/// <summary>The first chunk: VP8 (lossy), VP8L (lossless) or VP8X (extended, with a canvas).</summary>
internal static class WebPHeader
{
    private const long MaxPixels = 50_000_000;

    /// <summary>Measured: the decoder's rows.</summary>
    private const double LossyBytesPerPixel = 1;

    /// <summary>Measured: lossless coding, or transparency, refers to any pixel before.</summary>
    private const double BytesPerPixel = 4.2;

    public static PictureHeader Read(HeaderReader reader)
    {
        reader.Position = 12;
        var chunk = reader.BigUInt32();
        reader.Take(4);
        return chunk switch
        {
            0x5650_3820 => Judge(Lossy(reader), LossyBytesPerPixel),
            0x5650_384C => Judge(Lossless(reader), BytesPerPixel),
            0x5650_3858 => Judge(Canvas(reader), BytesPerPixel),
            _ => throw new MediaException(MediaFault.Damaged),
        };
    }

    private static PictureHeader Judge((long Width, long Height) size, double bytesPerPixel) =>
        PictureHeader.Whole(PictureKind.WebP, size.Width, size.Height, MaxPixels, bytesPerPixel);

    /// <summary>RFC 6386, 9.1: a key frame's tag, start code and two times 14 bits of size.</summary>
    private static (long Width, long Height) Lossy(HeaderReader reader)
    {
        var tag = reader.Take(3)[0];
        if ((tag & 1) != 0 || !reader.Take(3).SequenceEqual((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]))
        {
            throw new MediaException(MediaFault.Damaged);
        }

        return (reader.LittleUInt16() & 0x3FFF, reader.LittleUInt16() & 0x3FFF);
    }

    private static (long Width, long Height) Lossless(HeaderReader reader)
    {
        if (reader.Byte() != 0x2F)
        {
            throw new MediaException(MediaFault.Damaged);
        }

        var sizes = reader.LittleUInt32();
        return ((sizes & 0x3FFF) + 1, (sizes >> 14 & 0x3FFF) + 1);
    }

    private static (long Width, long Height) Canvas(HeaderReader reader)
    {
        reader.Take(4);
        return (LittleUInt24(reader) + 1, LittleUInt24(reader) + 1);
    }

    private static long LittleUInt24(HeaderReader reader) => reader.LittleUInt16() | (long)reader.Byte() << 16;
}

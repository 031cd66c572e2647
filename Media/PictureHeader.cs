namespace Postcard.Media;

internal enum PictureKind
{
    Jpeg,
    Png,
    WebP,
    Gif,
    Avif,
}

/// <summary>What a picture's own header says, read by us before any codec sees the file.</summary>
/// <param name="Width">Pixels as stored, before any turning.</param>
/// <param name="Height">Pixels as stored, before any turning.</param>
/// <param name="DecodeBytes">What decoding is going to hold at its peak, as measured; the admission goes by it.</param>
internal sealed record PictureHeader(PictureKind Kind, int Width, int Height, long DecodeBytes)
{
    /// <summary>Reads the header of the file at <paramref name="path"/>, told by content alone.</summary>
    /// <exception cref="MediaException">Unsupported, Heic, TooManyPixels or Damaged.</exception>
    public static PictureHeader Read(string path)
    {
        using var reader = HeaderReader.Open(path);
        var start = reader.Peek(12);
        if (start.StartsWith(JpegHeader.Signature))
        {
            return JpegHeader.Read(reader);
        }

        if (start.StartsWith(PngHeader.Signature))
        {
            return PngHeader.Read(reader);
        }

        if (start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8))
        {
            return GifHeader.Read(reader);
        }

        if (start.StartsWith("RIFF"u8) && start[4..].EndsWith("WEBP"u8))
        {
            return WebPHeader.Read(reader);
        }

        if (start.Length == 12 && start[4..8].SequenceEqual("ftyp"u8))
        {
            return AvifHeader.Read(reader);
        }

        throw new MediaException(MediaFault.Unsupported);
    }

    /// <summary>The header of a picture whose decoder holds all of it at once.</summary>
    public static PictureHeader Whole(PictureKind kind, long width, long height, long maxPixels, double bytesPerPixel)
    {
        Require(width, height, maxPixels);
        return new PictureHeader(kind, (int)width, (int)height, (long)(width * height * bytesPerPixel));
    }

    /// <summary>
    /// The header of a picture that comes row by row. Rows wait to be shrunk, up to 1,600 of them, or all 3.5 times over where
    /// there are fewer: measured from 4,000 × 3,000 to 1,000,000 × 90, which peaks at 900 MB.
    /// </summary>
    /// <param name="shrink">By how much the decoder itself shrinks each side.</param>
    public static PictureHeader Rows(PictureKind kind, long width, long height, long maxPixels, double bytesPerPixel, int shrink = 1)
    {
        Require(width, height, maxPixels);
        var rows = Math.Min(3.5 * height / shrink, 1600);
        return new PictureHeader(kind, (int)width, (int)height, (long)(rows * width / shrink * bytesPerPixel));
    }

    private static void Require(long width, long height, long maxPixels)
    {
        if (width <= 0 || height <= 0)
        {
            throw new MediaException(MediaFault.Damaged);
        }

        if (width > maxPixels || height > maxPixels || width * height > maxPixels)
        {
            throw new MediaException(MediaFault.TooManyPixels);
        }
    }
}

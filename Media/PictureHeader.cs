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

    /// <exception cref="MediaException">Damaged: no picture has no pixels; TooManyPixels past <paramref name="maxPixels"/>.</exception>
    public static PictureHeader Checked(PictureKind kind, long width, long height, long maxPixels, double bytesPerPixel)
    {
        if (width <= 0 || height <= 0)
        {
            throw new MediaException(MediaFault.Damaged);
        }

        if (width > maxPixels || height > maxPixels || width * height > maxPixels)
        {
            throw new MediaException(MediaFault.TooManyPixels);
        }

        return new PictureHeader(kind, (int)width, (int)height, (long)(width * height * bytesPerPixel));
    }
}

namespace Postcard.Media;

/// <summary>The logical screen; frames that reach past it show up in libvips' own header.</summary>
internal static class GifHeader
{
    private const long MaxPixels = 50_000_000;

    /// <summary>Measured, frame by frame in RGBA.</summary>
    private const double BytesPerPixel = 6.5;

    /// <summary>libnsgif keeps the file and a note of each frame: measured with 1.4 million frames of a pixel.</summary>
    private const int BytesPerFileByte = 6;

    public static PictureHeader Read(HeaderReader reader)
    {
        reader.Position = 6;
        long width = reader.LittleUInt16(), height = reader.LittleUInt16();
        var header = PictureHeader.Whole(PictureKind.Gif, width, height, MaxPixels, BytesPerPixel);
        return header with { DecodeBytes = header.DecodeBytes + (reader.Length * BytesPerFileByte) };
    }
}

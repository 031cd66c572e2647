using System.Diagnostics;
using NetVips;

namespace Postcard.Media;

/// <summary>
/// One picture on its way from an untrusted file to two JPEG files, on one thread: load, flatten, narrow to 8 bits, shrink,
/// to sRGB, hold in memory, turn upright, encode twice.
/// </summary>
internal sealed class PictureJob(PictureHeader header, string source, TimeSpan limit, CancellationToken cancel)
{
    public const int LargeSide = 1600;
    public const int SmallSide = 400;

    /// <summary>At 12 megapixels and 1600 pixels out: about 250 kB of a busy photo, no visible blocks.</summary>
    private const int LargeQuality = 82;

    private const int SmallQuality = 80;

    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>Whether the job went past its time, and was stopped for that.</summary>
    public bool TooSlow { get; private set; }

    /// <returns>The two files' content and the large one's size.</returns>
    /// <exception cref="VipsException">Damaged, or stopped.</exception>
    public (byte[] Large, byte[] Small, Picture Picture) Run()
    {
        using var held = Decode();
        using var large = held.Autorot();
        using var fitted = Fit(held, SmallSide);
        using var small = fitted.Autorot();
        return (Encode(large, LargeQuality), Encode(small, SmallQuality), new Picture(large.Width, large.Height));
    }

    /// <summary>The large picture's pixels in memory; the decoder and all it held are gone when this returns.</summary>
    private Image Decode()
    {
        using var loaded = Load();
        Watch(loaded);
        using var flat = Flatten(loaded);
        using var narrow = Narrow(flat);
        using var shrunk = Fit(narrow, LargeSide);
        using var coloured = ToSrgb(shrunk);
        return coloured.CopyMemory();
    }

    /// <summary>The loader of the kind that we found, never libvips' own guess; it must agree with us on the size.</summary>
    private Image Load()
    {
        const Enums.Access rows = Enums.Access.Sequential;
        const Enums.FailOn strict = Enums.FailOn.Error;
        var image = header.Kind switch
        {
            PictureKind.Jpeg => Image.Jpegload(source, shrink: JpegHeader.ShrinkOnLoad(header.Width, header.Height), access: rows, failOn: strict),
            PictureKind.Png => Image.Pngload(source, access: rows, failOn: strict),
            PictureKind.WebP => Image.Webpload(source, scale: ScaleOnLoad(), access: rows, failOn: strict),
            PictureKind.Gif => Image.Gifload(source, access: rows, failOn: strict),
            _ => Image.Heifload(source, access: rows, failOn: strict),
        };
        if ((long)image.Width * image.Height > (long)header.Width * header.Height)
        {
            image.Dispose();
            throw new MediaException(MediaFault.Damaged);
        }

        return image;
    }

    /// <summary>libwebp shrinks row by row while it decodes, 45 dB alike, and a lossy picture of 12 megapixels takes 30 MB, not 110.</summary>
    private double ScaleOnLoad() => Math.Min(1, (double)LargeSide / Math.Max(header.Width, header.Height));

    /// <summary>Looks at token and clock as each strip is done; all images made from this one report here.</summary>
    private void Watch(Image image)
    {
        image.SetProgress(true);
        image.SignalConnect(Enums.Signals.Eval, (evaluated, _) =>
        {
            TooSlow |= Stopwatch.GetElapsedTime(_started) > limit;
            if (TooSlow || cancel.IsCancellationRequested)
            {
                evaluated.SetKill(true);
            }
        });
    }

    private static Image Flatten(Image image) =>
        image.HasAlpha() ? image.Flatten(background: [image.Format == Enums.BandFormat.Ushort ? 65535 : 255]) : image.Copy();

    private static Image Narrow(Image image) => image.Format == Enums.BandFormat.Uchar
        ? image.Copy()
        : image.Colourspace(image.Bands < 3 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);

    /// <summary>Shrinks to fit a square of <paramref name="side"/> pixels, never enlarges.</summary>
    private static Image Fit(Image image, int side)
    {
        var scale = (double)side / Math.Max(image.Width, image.Height);
        if (scale >= 1)
        {
            return image.Copy();
        }

        var across = Math.Max(1, Math.Round(image.Width * scale));
        var down = Math.Max(1, Math.Round(image.Height * scale));
        return image.Resize(across / image.Width, vscale: down / image.Height);
    }

    private static Image ToSrgb(Image image)
    {
        var cmyk = image.Interpretation == Enums.Interpretation.Cmyk;
        if (cmyk || image.Contains("icc-profile-data"))
        {
            try
            {
                return image.IccTransform("srgb", embedded: true, inputProfile: cmyk ? "cmyk" : "srgb", depth: 8);
            }
            catch (VipsException)
            {
                // A profile that is broken or meant for other bands says nothing about the pixels.
            }
        }

        return image.Colourspace(Enums.Interpretation.Srgb);
    }

    /// <summary>
    /// Plain baseline, measured at 1600 × 1200: 6 ms and 234 kB; with optimised tables 13 ms for 1.5% less, progressive
    /// 25 ms for 4%, trellis 75 ms for 12%. Table 3 (ImageMagick's) costs nothing: 0.5 dB more in 3% fewer bytes.
    /// </summary>
    private static byte[] Encode(Image image, int quality) =>
        image.JpegsaveBuffer(q: quality, quantTable: 3, keep: Enums.ForeignKeep.None, subsampleMode: Enums.ForeignSubsample.On);
}

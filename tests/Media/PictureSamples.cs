using NetVips;

namespace Postcard.Tests.Media;

/// <summary>Real pictures, made on the spot.</summary>
internal static class PictureSamples
{
    public static readonly int[] Red = [220, 30, 30];
    public static readonly int[] Green = [30, 200, 40];
    public static readonly int[] Blue = [30, 40, 210];
    public static readonly int[] Yellow = [230, 220, 40];

    static PictureSamples() => _ = Postcard.Media.Pictures.Codec;

    /// <summary>Red top left, green top right, blue bottom left, yellow bottom right.</summary>
    public static Image Quarters(int width, int height)
    {
        using Image top = Plain(Red), right = Plain(Green), left = Plain(Blue), bottom = Plain(Yellow);
        using var corners = Image.Arrayjoin([top, right, left, bottom], across: 2);
        using var grown = corners.Resize(width / 2.0, vscale: height / 2.0, kernel: Enums.Kernel.Nearest);
        return grown.CopyMemory();
    }

    public static Image Plain(int[] colour, int width = 1, int height = 1)
    {
        using var black = Image.Black(width, height, bands: 3);
        using var tinted = black + Array.ConvertAll(colour, value => (double)value);
        using var narrow = tinted.Cast(Enums.BandFormat.Uchar);
        using var srgb = narrow.Copy(interpretation: Enums.Interpretation.Srgb);
        return srgb.CopyMemory();
    }

    /// <summary>Something of every frequency, so that files have real length.</summary>
    public static Image Busy(int width, int height)
    {
        using var noise = Image.Gaussnoise(width, height, mean: 0, sigma: 14, seed: 7);
        using var quarters = Quarters(width, height);
        using var sum = quarters + noise;
        using var narrow = sum.Cast(Enums.BandFormat.Uchar);
        using var srgb = narrow.Copy(interpretation: Enums.Interpretation.Srgb);
        return srgb.CopyMemory();
    }

    /// <summary>Every value times 257, in 16 bits.</summary>
    public static Image Wide16(Image image)
    {
        using var scaled = image * 257;
        using var cast = scaled.Cast(Enums.BandFormat.Ushort);
        using var rgb16 = cast.Copy(interpretation: Enums.Interpretation.Rgb16);
        return rgb16.CopyMemory();
    }

    /// <summary>With an alpha band: the left half is clear, the right one solid.</summary>
    public static Image HalfClear(Image image, int solid = 255)
    {
        using var clear = Image.Black(image.Width / 2, image.Height);
        using var black = Image.Black(image.Width - (image.Width / 2), image.Height);
        using var full = black + solid;
        using var alpha = clear.Join(full, Enums.Direction.Horizontal);
        using var cast = alpha.Cast(image.Format);
        using var joined = image.Bandjoin(cast);
        using var kept = joined.Copy(interpretation: image.Interpretation);
        return kept.CopyMemory();
    }

    /// <summary>One picture above the other, as libvips holds animations.</summary>
    public static Image Frames(Image first, Image second)
    {
        using var joined = first.Join(second, Enums.Direction.Vertical);
        using var held = joined.CopyMemory();
        return held.Mutate(m => m.Set(GValue.GIntType, "page-height", first.Height));
    }

    public static Image Oriented(Image image, int orientation) =>
        image.Mutate(m => m.Set(GValue.GIntType, "orientation", orientation));

    /// <summary>Each kind that is taken, in the usual coding of it.</summary>
    public static byte[] Encode(Image image, string kind) => kind switch
    {
        "jpeg" => image.JpegsaveBuffer(q: 85),
        "progressive" => image.JpegsaveBuffer(q: 85, interlace: true),
        "png" => image.PngsaveBuffer(),
        "interlaced" => image.PngsaveBuffer(interlace: true),
        "palette" => image.PngsaveBuffer(palette: true),
        "webp" => image.WebpsaveBuffer(q: 85),
        "lossless" => image.WebpsaveBuffer(lossless: true),
        "gif" => image.GifsaveBuffer(),
        "avif" => image.HeifsaveBuffer(q: 80, compression: Enums.ForeignHeifCompression.Av1, effort: 0),
        "avif10" => image.HeifsaveBuffer(q: 80, compression: Enums.ForeignHeifCompression.Av1, effort: 0, bitdepth: 10),
        "avif12" => image.HeifsaveBuffer(
            q: 80, compression: Enums.ForeignHeifCompression.Av1, effort: 0, bitdepth: 12, subsampleMode: Enums.ForeignSubsample.Off),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

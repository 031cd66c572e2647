using NetVips;
using Postcard.Media;
using static Postcard.Tests.Media.PictureFiles;
using static Postcard.Tests.Media.PictureSamples;

namespace Postcard.Tests.Media;

public sealed class PicturesColourTests : IDisposable
{
    private static readonly int[] White = [255, 255, 255];

    private readonly Pictures _pictures = new(160_000_000);
    private readonly PictureFiles _files = new();

    /// <summary>Muted, because ink has no bright green.</summary>
    [Theory]
    [InlineData(true, 150, 90, 80)]
    [InlineData(false, 150, 90, 80)]
    [InlineData(false, 90, 130, 100)]
    [InlineData(false, 240, 240, 240)]
    public async Task MakeAsync_CmykJpeg_ComesOutInItsColours(bool withProfile, int red, int green, int blue)
    {
        using var image = Plain([red, green, blue], 400, 300);
        using var cmyk = image.IccTransform("cmyk", inputProfile: "srgb");
        await _files.MakeAsync(_pictures, cmyk.JpegsaveBuffer(q: 95, keep: withProfile ? Enums.ForeignKeep.All : Enums.ForeignKeep.None));
        using var made = Pixels(_files.Large);
        AssertColour(made, 0.5, 0.5, [red, green, blue]);
    }

    /// <summary>The pixels of a wide-gamut photo mean other colours than the same numbers in sRGB do.</summary>
    [Theory]
    [InlineData("jpeg")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("avif")]
    public async Task MakeAsync_DisplayP3_IsConverted(string kind)
    {
        using var image = Quarters(400, 300);
        using var wide = image.IccTransform("p3", inputProfile: "srgb");
        Assert.True(Math.Abs(wide.Getpoint(5, 5)[0] - Red[0]) > 15, "the profile changes the numbers");
        await AssertMadeAsync(Encode(wide, kind));
    }

    [Fact]
    public async Task MakeAsync_BrokenProfile_KeepsThePixels()
    {
        using var image = Quarters(400, 300);
        using var broken = image.Mutate(m => m.Set(GValue.BlobType, "icc-profile-data", new byte[500]));
        await AssertMadeAsync(Encode(broken, "jpeg"));
    }

    [Fact]
    public async Task MakeAsync_ProfileOfOtherBands_KeepsThePixels()
    {
        using var image = Quarters(400, 300);
        using var cmyk = image.IccTransform("cmyk", inputProfile: "srgb");
        var profile = (byte[])cmyk.Get("icc-profile-data");
        using var wrong = image.Mutate(m => m.Set(GValue.BlobType, "icc-profile-data", profile));
        await AssertMadeAsync(Encode(wrong, "png"));
    }

    [Theory]
    [InlineData("png")]
    [InlineData("interlaced")]
    [InlineData("avif10")]
    [InlineData("avif12")]
    public async Task MakeAsync_MoreThan8Bits_ComesOutInItsColours(string kind)
    {
        using var image = Quarters(400, 300);
        using var wide = Wide16(image);
        await AssertMadeAsync(Encode(wide, kind));
    }

    [Fact]
    public async Task MakeAsync_16BitPngWithProfile_IsConverted()
    {
        using var image = Quarters(400, 300);
        using var wide = image.IccTransform("p3", inputProfile: "srgb", depth: 16);
        await AssertMadeAsync(Encode(wide, "png"));
    }

    [Theory]
    [InlineData("jpeg")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("gif")]
    public async Task MakeAsync_Grey_ComesOutGrey(string kind)
    {
        using var grey = Image.Black(300, 200).Linear([1], [137], uchar: true);
        await _files.MakeAsync(_pictures, Encode(grey, kind));
        using var made = Pixels(_files.Large);
        AssertColour(made, 0.5, 0.5, [137, 137, 137], tolerance: 3);
    }

    [Fact]
    public async Task MakeAsync_16BitGreyPng_ComesOutGrey()
    {
        using var grey = Image.Black(300, 200).Linear([1], [137 * 257]).Cast(Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Grey16);
        await _files.MakeAsync(_pictures, grey.PngsaveBuffer());
        using var made = Pixels(_files.Large);
        AssertColour(made, 0.5, 0.5, [137, 137, 137], tolerance: 3);
    }

    [Fact]
    public async Task MakeAsync_OneBitPng_ComesOutBlackAndWhite()
    {
        using var black = Image.Black(100, 100);
        using var white = black.Invert();
        using var both = black.Join(white, Enums.Direction.Horizontal);
        await _files.MakeAsync(_pictures, both.PngsaveBuffer(bitdepth: 1));
        using var made = Pixels(_files.Large);
        AssertColour(made, 0.1, 0.5, [0, 0, 0]);
        AssertColour(made, 0.9, 0.5, White);
    }

    [Theory]
    [InlineData("png", 400)]
    [InlineData("interlaced", 400)]
    [InlineData("palette", 400)]
    [InlineData("webp", 400)]
    [InlineData("webp", 2400)]
    [InlineData("lossless", 2400)]
    [InlineData("gif", 400)]
    [InlineData("avif", 400)]
    [InlineData("png", 2400)]
    public async Task MakeAsync_Transparent_StandsOnWhite(string kind, int width)
    {
        using var image = Plain(Red, width, 300);
        using var clear = HalfClear(image);
        await _files.MakeAsync(_pictures, Encode(clear, kind));
        AssertLeftWhiteRightRed();
    }

    [Fact]
    public async Task MakeAsync_Transparent16Bit_StandsOnWhite()
    {
        using var image = Plain(Red, 400, 300);
        using var wide = Wide16(image);
        using var clear = HalfClear(wide, solid: 65535);
        await _files.MakeAsync(_pictures, Encode(clear, "png"));
        AssertLeftWhiteRightRed();
    }

    [Fact]
    public async Task MakeAsync_TransparentGrey_StandsOnWhite()
    {
        using var grey = Image.Black(300, 200);
        using var clear = HalfClear(grey);
        await _files.MakeAsync(_pictures, Encode(clear, "png"));
        using var made = Pixels(_files.Large);
        AssertColour(made, 0.2, 0.5, White);
        AssertColour(made, 0.8, 0.5, [0, 0, 0]);
    }

    public void Dispose()
    {
        _pictures.Dispose();
        _files.Dispose();
    }

    private void AssertLeftWhiteRightRed()
    {
        foreach (var path in (string[])[_files.Large, _files.Small])
        {
            using var made = Pixels(path);
            AssertColour(made, 0.2, 0.5, White);
            AssertColour(made, 0.8, 0.5, Red);
        }
    }

    private async Task AssertMadeAsync(byte[] content)
    {
        await _files.MakeAsync(_pictures, content);
        using var made = Pixels(_files.Large);
        AssertColour(made, 0.1, 0.1, Red);
        AssertColour(made, 0.9, 0.1, Green);
        AssertColour(made, 0.1, 0.9, Blue);
        AssertColour(made, 0.9, 0.9, Yellow);
    }
}

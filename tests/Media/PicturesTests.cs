using System.Runtime.Versioning;
using System.Text;
using NetVips;
using Postcard.Media;
using static Postcard.Tests.Media.PictureFiles;
using static Postcard.Tests.Media.PictureSamples;

namespace Postcard.Tests.Media;

public sealed class PicturesTests : IDisposable
{
    private readonly Pictures _pictures = new(160_000_000);
    private readonly PictureFiles _files = new();

    [Theory]
    [InlineData("jpeg")]
    [InlineData("progressive")]
    [InlineData("png")]
    [InlineData("interlaced")]
    [InlineData("palette")]
    [InlineData("webp")]
    [InlineData("lossless")]
    [InlineData("gif")]
    [InlineData("avif")]
    [InlineData("avif10")]
    [InlineData("avif12")]
    public async Task MakeAsync_EachKind_MakesBothSizes(string kind)
    {
        using var image = Quarters(2100, 1400);
        var picture = await _files.MakeAsync(_pictures, Encode(image, kind));
        Assert.Equal(new Picture(1600, 1067), picture);
        AssertQuarters(_files.Large, 1600, 1067);
        AssertQuarters(_files.Small, 400, 267);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(400, 300)]
    [InlineData(1600, 1200)]
    [InlineData(1599, 7)]
    public async Task MakeAsync_SmallerThanWanted_IsNotEnlarged(int width, int height)
    {
        using var image = Plain(Red, width, height);
        Assert.Equal(new Picture(width, height), await _files.MakeAsync(_pictures, Encode(image, "png")));
        using var large = Pixels(_files.Large);
        Assert.Equal((width, height), (large.Width, large.Height));
        AssertColour(large, 0.5, 0.5, Red);
        using var small = Pixels(_files.Small);
        Assert.Equal(Math.Min(400, Math.Max(width, height)), Math.Max(small.Width, small.Height));
    }

    [Theory]
    [InlineData("jpeg", 20000, 10, 1600, 1)]
    [InlineData("jpeg", 10, 20000, 1, 1600)]
    [InlineData("png", 20000, 10, 1600, 1)]
    [InlineData("webp", 10, 16000, 1, 1600)]
    [InlineData("gif", 20000, 10, 1600, 1)]
    [InlineData("jpeg", 1601, 1, 1600, 1)]
    [InlineData("jpeg", 3199, 1700, 1600, 850)]
    [InlineData("jpeg", 12801, 12801, 1600, 1600)]
    public async Task MakeAsync_OddShapes_FitTheSquare(string kind, int width, int height, int across, int down)
    {
        using var image = Plain(Blue, width, height);
        Assert.Equal(new Picture(across, down), await _files.MakeAsync(_pictures, Encode(image, kind)));
        using var large = Pixels(_files.Large);
        Assert.Equal((across, down), (large.Width, large.Height));
        AssertColour(large, 0.5, 0.5, Blue);
        using var small = Pixels(_files.Small);
        Assert.Equal(400, Math.Max(small.Width, small.Height));
        AssertColour(small, 0.5, 0.5, Blue);
    }

    /// <summary>The corners, clockwise from the top left, that a viewer shows for each value of the EXIF tag.</summary>
    [Theory]
    [InlineData(1, "RGYB")]
    [InlineData(2, "GRBY")]
    [InlineData(3, "YBRG")]
    [InlineData(4, "BYGR")]
    [InlineData(5, "RBYG")]
    [InlineData(6, "BRGY")]
    [InlineData(7, "YGRB")]
    [InlineData(8, "GYBR")]
    public async Task MakeAsync_ExifOrientation_ComesOutUpright(int orientation, string corners)
    {
        foreach (var kind in (string[])["jpeg", "png", "webp"])
        {
            using var image = Quarters(1800, 1200);
            using var turned = Oriented(image, orientation);
            var picture = await _files.MakeAsync(_pictures, Encode(turned, kind));
            Assert.Equal(orientation < 5 ? new Picture(1600, 1067) : new Picture(1067, 1600), picture);
            foreach (var path in (string[])[_files.Large, _files.Small])
            {
                using var made = Pixels(path);
                Assert.Equal(orientation < 5, made.Width > made.Height);
                AssertCorners(made, corners);
            }
        }
    }

    [Fact]
    public async Task MakeAsync_PictureWithMetadata_KeepsNone()
    {
        const string secret = "22.5431N-114.0579E";
        using var image = Busy(500, 400);
        using var tagged = image.Mutate(m =>
        {
            m.Set(GValue.GIntType, "orientation", 6);
            m.Set(GValue.GStrType, "exif-ifd0-ImageDescription", secret);
            m.Set(GValue.GStrType, "exif-ifd3-GPSLatitudeRef", "N");
            m.Set(GValue.BlobType, "xmp-data", Encoding.UTF8.GetBytes($"<x:xmpmeta>{secret}</x:xmpmeta>"));
            m.Set(GValue.BlobType, "iptc-data", Encoding.UTF8.GetBytes(secret));
        });
        using var profiled = tagged.IccTransform("p3", inputProfile: "srgb");
        var source = profiled.JpegsaveBuffer(q: 90);
        Assert.Contains(secret, Encoding.Latin1.GetString(source));
        await _files.MakeAsync(_pictures, source);
        foreach (var path in (string[])[_files.Large, _files.Small])
        {
            var content = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            Assert.DoesNotContain(secret, Encoding.Latin1.GetString(content));
            Assert.Equal([0xDB, 0xC0, 0xC4, 0xDA], Markers(content).Distinct());
        }
    }

    [Theory]
    [InlineData("gif")]
    [InlineData("webp")]
    public async Task MakeAsync_Animated_TakesTheFirstFrame(string kind)
    {
        using Image first = Plain(Green, 300, 200), second = Plain(Red, 300, 200);
        using var frames = Frames(first, second);
        var content = kind == "webp" ? frames.WebpsaveBuffer(q: 90) : frames.GifsaveBuffer();
        Assert.Equal(new Picture(300, 200), await _files.MakeAsync(_pictures, content));
        using var made = Pixels(_files.Large);
        AssertColour(made, 0.5, 0.5, Green);
    }

    [Fact]
    public async Task MakeAsync_LargeAnimatedWebP_TakesTheFirstFrame()
    {
        using Image first = Quarters(2400, 1200), second = Plain(Red, 2400, 1200);
        using var frames = Frames(first, second);
        Assert.Equal(new Picture(1600, 800), await _files.MakeAsync(_pictures, frames.WebpsaveBuffer(q: 90, effort: 0)));
        AssertQuarters(_files.Large, 1600, 800);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task MakeAsync_Result_IsReadByItsOwnerOnly()
    {
        using var image = Plain(Red, 50, 50);
        await _files.MakeAsync(_pictures, Encode(image, "jpeg"));
        Assert.Equal(["large.jpg", "small.jpg", "source"], _files.Names.Order());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_files.Large));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_files.Small));
    }

    [Fact]
    public async Task MakeAsync_BusyPhotograph_WeighsWhatAPhoneCanLoad()
    {
        using var image = Busy(4000, 3000);
        await _files.MakeAsync(_pictures, Encode(image, "jpeg"));
        Assert.InRange(new FileInfo(_files.Large).Length, 20_000, 500_000);
        Assert.InRange(new FileInfo(_files.Small).Length, 2_000, 60_000);
    }

    [Fact]
    public async Task MakeAsync_FolderOfTargetIsMissing_LeavesNothing()
    {
        using var image = Plain(Red, 50, 50);
        await File.WriteAllBytesAsync(_files.Source, Encode(image, "jpeg"), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() =>
            _pictures.MakeAsync(_files.Source, _files.Large, _files.Beside("no/small.jpg"), TestContext.Current.CancellationToken));
        Assert.Equal(["source"], _files.Names);
    }

    [Fact]
    public void Codec_NamesLibraryAndVersion() => Assert.Matches(@"^libvips \d+\.\d+\.\d+$", Pictures.Codec);

    public void Dispose()
    {
        _pictures.Dispose();
        _files.Dispose();
    }

    private static void AssertQuarters(string path, int width, int height)
    {
        using var image = Pixels(path);
        Assert.Equal((width, height), (image.Width, image.Height));
        AssertCorners(image, "RGYB");
    }

    private static void AssertCorners(Image image, string clockwise)
    {
        var colours = clockwise.Select(c => c switch { 'R' => Red, 'G' => Green, 'Y' => Yellow, _ => Blue }).ToArray();
        AssertColour(image, 0.05, 0.05, colours[0]);
        AssertColour(image, 0.95, 0.05, colours[1]);
        AssertColour(image, 0.95, 0.95, colours[2]);
        AssertColour(image, 0.05, 0.95, colours[3]);
    }

    private static IEnumerable<byte> Markers(byte[] jpeg)
    {
        for (var at = 2; jpeg[at] == 0xFF; at += 2 + (jpeg[at + 2] << 8 | jpeg[at + 3]))
        {
            yield return jpeg[at + 1];
            if (jpeg[at + 1] == 0xDA)
            {
                yield break;
            }
        }
    }
}

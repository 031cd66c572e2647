using System.IO.Compression;
using System.Text;
using NetVips;
using Postcard.Media;
using static Postcard.Tests.Media.PictureSamples;

namespace Postcard.Tests.Media;

/// <summary>Small pictures that cost a lot behind their first header.</summary>
public sealed class PicturesHiddenCostTests : IDisposable
{
    private readonly Pictures _pictures = new(160_000_000);
    private readonly PictureFiles _files = new();

    [Theory]
    [InlineData("zTXt", "\0\0")]
    [InlineData("iTXt", "\0\u0001\0\0\0")]
    public async Task MakeAsync_PngWithTextsThatUnpackToAGigabyte_IsRefused(string type, string flags)
    {
        var text = Packed(new byte[7_900_000]);
        byte[][] texts = [.. Enumerable.Range(0, 30).Select(n => PicturesRefusalTests.Chunk(type, [.. Encoding.Latin1.GetBytes($"k{n}{flags}"), .. text]))];
        foreach (var behindPixels in new[] { false, true })
        {
            Assert.Equal(MediaFault.TooManyPixels, await _files.FaultAsync(_pictures, PngWith(behindPixels, texts)));
        }
    }

    [Fact]
    public async Task MakeAsync_PngWithOrdinaryTexts_IsTaken()
    {
        var plain = PicturesRefusalTests.Chunk("iTXt", [.. "XML:com.adobe.xmp\0\0\0\0\0"u8, .. new byte[60_000].Select(_ => (byte)'x')]);
        var packed = PicturesRefusalTests.Chunk("zTXt", [.. "Comment\0\0"u8, .. Packed(new byte[5_000])]);
        Assert.Equal(new Picture(60, 40), await _files.MakeAsync(_pictures, PngWith(behindPixels: false, plain, packed)));
    }

    [Fact]
    public async Task MakeAsync_JpegOfThousandsOfScans_IsRefusedBeforeItIsDecoded()
    {
        var jpeg = Progressive();
        // A comment that holds an end marker is no end.
        byte[] comment = [0xFF, 0xFE, 0, 4, 0xFF, 0xD9];
        byte[] scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 0];
        byte[] content = [.. jpeg[..^2], .. comment, .. Enumerable.Repeat(scan, 5_000).SelectMany(bytes => bytes), 0xFF, 0xD9];
        Assert.Equal(MediaFault.TooSlow, await _files.FaultAsync(_pictures, content));
    }

    /// <summary>Phones append films, in which any bytes may stand.</summary>
    [Fact]
    public async Task MakeAsync_ProgressiveJpegWithSomethingBehindIt_IsTaken()
    {
        byte[] film = [.. Enumerable.Repeat<byte[]>([0xFF, 0xDA, 0, 8], 1_000).SelectMany(bytes => bytes)];
        Assert.Equal(new Picture(60, 40), await _files.MakeAsync(_pictures, [.. Progressive(), .. film]));
    }

    public void Dispose()
    {
        _pictures.Dispose();
        _files.Dispose();
    }

    private static byte[] Progressive()
    {
        using var image = Plain(Green, 60, 40);
        return image.JpegsaveBuffer(interlace: true);
    }

    private static byte[] PngWith(bool behindPixels, params byte[][] chunks)
    {
        const int signatureAndHeader = 8 + 25, end = 12;
        using var image = Plain(Green, 60, 40);
        var png = Encode(image, "png");
        var at = behindPixels ? png.Length - end : signatureAndHeader;
        return [.. png[..at], .. chunks.SelectMany(chunk => chunk), .. png[at..]];
    }

    private static byte[] Packed(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize))
        {
            zlib.Write(content);
        }

        return packed.ToArray();
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using NetVips;
using Postcard.Media;
using static Postcard.Tests.Media.PictureSamples;

namespace Postcard.Tests.Media;

public sealed class PicturesRefusalTests : IDisposable
{
    private readonly Pictures _pictures = new(160_000_000);
    private readonly PictureFiles _files = new();

    [Theory]
    [InlineData("")]
    [InlineData("just words, no picture at all")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'><rect width='10' height='10'/></svg>")]
    [InlineData("<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("%PDF-1.7\n1 0 obj<<>>endobj")]
    [InlineData("BM\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001")]
    [InlineData("II*\0\u0008\0\0\0")]
    [InlineData("P6 1 1 255 abc")]
    [InlineData("RIFF\u0001\u0001\u0001\u0001WAVEfmt ")]
    [InlineData("\u0001\u0001\u0001\u0018ftypisom\0\0\0\0isom")]
    [InlineData("GIF8")]
    [InlineData("\0\0\0\u000cJXL \r\n\u0087\n")]
    public async Task MakeAsync_NoPictureThatIsTaken_IsUnsupported(string content) =>
        Assert.Equal(MediaFault.Unsupported, await _files.FaultAsync(_pictures, Encoding.Latin1.GetBytes(content)));

    [Theory]
    [InlineData("heic")]
    [InlineData("heix")]
    [InlineData("hevc")]
    [InlineData("mif1")]
    public async Task MakeAsync_Heic_IsSaidToBeHeic(string brand) =>
        Assert.Equal(MediaFault.Heic, await _files.FaultAsync(_pictures, Encoding.Latin1.GetBytes($"\0\0\0\u0018ftyp{brand}\0\0\0\0mif1heic{new string('x', 99)}")));

    [Fact]
    public async Task MakeAsync_HeicUnderAvifBrand_IsSaidToBeHeic()
    {
        using var image = Plain(Red, 64, 64);
        var content = Encoding.Latin1.GetString(Encode(image, "avif")).Replace("infe\u0002\0\0\0\0\u0001\0\0av01", "infe\u0002\0\0\0\0\u0001\0\0hvc1");
        Assert.Equal(MediaFault.Heic, await _files.FaultAsync(_pictures, Encoding.Latin1.GetBytes(content)));
    }

    [Fact]
    public async Task MakeAsync_WrongNameAndTail_GoesByContent()
    {
        using var image = Plain(Green, 60, 40);
        byte[] polyglot = [.. Encode(image, "png"), .. "<svg/><script>alert(1)</script>PK\u0003\u0004"u8];
        var source = _files.Beside("holiday.svg");
        await File.WriteAllBytesAsync(source, polyglot, TestContext.Current.CancellationToken);
        Assert.Equal(new Picture(60, 40), await _pictures.MakeAsync(source, _files.Large, _files.Small, TestContext.Current.CancellationToken));
        Assert.DoesNotContain("script", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(_files.Large, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void Codec_OtherLoaders_AreBlocked()
    {
        _ = Pictures.Codec;
        var svg = "<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'><rect width='10' height='10'/></svg>"u8.ToArray();
        Assert.Throws<VipsException>(() => Image.NewFromBuffer(svg));
        Assert.Throws<VipsException>(() => Image.SvgloadBuffer(svg));
    }

    [Theory]
    [InlineData(30_000, 30_000, 0)]
    [InlineData(12_000, 8_000, 1)]
    [InlineData(1_000_000, 90, 0)]
    [InlineData(int.MaxValue, int.MaxValue, 0)]
    [InlineData(int.MaxValue, 1, 0)]
    public async Task MakeAsync_PngBomb_IsRefusedByItsHeader(int width, int height, byte interlace) =>
        Assert.Equal(MediaFault.TooManyPixels, await _files.FaultAsync(_pictures, Png(width, height, interlace, rows: 2_000)));

    [Fact]
    public async Task MakeAsync_GifWithHugeScreen_IsRefused()
    {
        using var image = Plain(Red, 60, 40);
        var content = Encode(image, "gif");
        content.AsSpan(6, 4).Fill(0xFF);
        Assert.Equal(MediaFault.TooManyPixels, await _files.FaultAsync(_pictures, content));
    }

    /// <summary>The screen says 1 × 1, its only frame 65,535 × 65,535: what libvips finds is looked at before pixels are.</summary>
    [Fact]
    public async Task MakeAsync_GifWithHugeFrame_IsRefused()
    {
        using var image = Plain(Red, 60, 40);
        var content = Encode(image, "gif");
        var frame = content.AsSpan().IndexOf([(byte)0x2C, (byte)0, (byte)0, (byte)0, (byte)0]);
        content.AsSpan(6, 4).Clear();
        content[6] = content[8] = 1;
        content.AsSpan(frame + 5, 4).Fill(0xFF);
        Assert.Equal(MediaFault.Damaged, await _files.FaultAsync(_pictures, content));
    }

    [Fact]
    public async Task MakeAsync_WebPWithHugeCanvas_IsRefused()
    {
        using var image = Plain(Red, 60, 40);
        using var clear = HalfClear(image);
        var content = Encode(clear, "webp");
        Assert.Equal("VP8X"u8, content.AsSpan(12, 4));
        content.AsSpan(24, 6).Fill(0x7F);
        Assert.Equal(MediaFault.TooManyPixels, await _files.FaultAsync(_pictures, content));
    }

    [Fact]
    public async Task MakeAsync_JpegWithHugeFrame_IsRefused()
    {
        using var image = Plain(Red, 60, 40);
        var content = Encode(image, "jpeg");
        var frame = content.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        content.AsSpan(frame + 5, 4).Fill(0xFF);
        Assert.Equal(MediaFault.TooManyPixels, await _files.FaultAsync(_pictures, content));
    }

    [Fact]
    public async Task MakeAsync_ProgressiveJpegPastTheBudget_IsRefused()
    {
        using var image = Plain(Red, 5000, 4000);
        using var pictures = new Pictures(80_000_000);
        await _files.MakeAsync(pictures, Encode(image, "jpeg"));
        File.Delete(_files.Large);
        File.Delete(_files.Small);
        Assert.Equal(MediaFault.TooManyPixels, await _files.FaultAsync(pictures, image.JpegsaveBuffer(q: 85, interlace: true, subsampleMode: Enums.ForeignSubsample.Off)));
    }

    [Fact]
    public async Task MakeAsync_AvifWithHugeSize_IsRefused()
    {
        using var image = Plain(Red, 64, 64);
        var content = Encode(image, "avif");
        var size = content.AsSpan().IndexOf("ispe"u8);
        content[size + 9] = content[size + 13] = 0xFF;
        Assert.Equal(MediaFault.TooManyPixels, await _files.FaultAsync(_pictures, content));
    }

    /// <summary>The container says 64 × 64, the AV1 data in it is larger.</summary>
    [Fact]
    public async Task MakeAsync_AvifLargerThanItSays_IsRefused()
    {
        using var image = Plain(Red, 1024, 1024);
        var content = Encode(image, "avif");
        var size = content.AsSpan().IndexOf("ispe"u8);
        content.AsSpan(size + 8, 8).Clear();
        content[size + 11] = content[size + 15] = 64;
        Assert.Equal(MediaFault.Damaged, await _files.FaultAsync(_pictures, content));
    }

    [Theory]
    [InlineData("jpeg")]
    [InlineData("png")]
    [InlineData("gif")]
    [InlineData("webp")]
    [InlineData("avif")]
    public async Task MakeAsync_WithoutPixels_IsDamaged(string kind)
    {
        using var image = Plain(Red, 64, 64);
        var content = Encode(image, kind);
        switch (kind)
        {
            case "jpeg":
                content.AsSpan(content.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]) + 5, 4).Clear();
                break;
            case "avif":
                content.AsSpan(content.AsSpan().IndexOf("ispe"u8) + 8, 8).Clear();
                break;
            case "webp":
                content.AsSpan(26, 4).Clear();
                break;
            default:
                content.AsSpan(kind == "png" ? 16 : 6, kind == "png" ? 8 : 4).Clear();
                break;
        }

        Assert.Equal(MediaFault.Damaged, await _files.FaultAsync(_pictures, content));
    }

    public void Dispose()
    {
        _pictures.Dispose();
        _files.Dispose();
    }

    /// <summary>8-bit grey, zeros deflated: 30,000 × 30,000 would be a file of 900 kB.</summary>
    private static byte[] Png(int width, int height, byte interlace, int rows)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var row = new byte[30_001];
            for (var i = 0; i < rows; i++)
            {
                deflate.Write(row);
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = 2;
        header[12] = interlace;
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", header), .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    internal static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.Latin1.GetBytes(type), .. data];
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        var sum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc32(body));
        return [.. length, .. body, .. sum];
    }

    private static uint Crc32(byte[] content)
    {
        var sum = uint.MaxValue;
        foreach (var b in content)
        {
            sum ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = sum >> 1 ^ ((sum & 1) == 0 ? 0 : 0xEDB88320);
            }
        }

        return ~sum;
    }
}

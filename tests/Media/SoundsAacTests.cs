using System.Buffers.Binary;
using Postcard.Media;
using static Postcard.Tests.Media.SoundFiles;

namespace Postcard.Tests.Media;

public sealed class SoundsAacTests : SoundFolder
{
    private static byte[] Speech => File.ReadAllBytes(Sample("speech.aac"));

    private static byte[] Tagged => File.ReadAllBytes(Sample("tagged.m4a"));

    [Fact]
    public async Task Adts_WithTagsAndJunk_KeepsItsFramesOnly()
    {
        var (sound, bytes) = await MakeAsync(
            [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 6, .. "SECRET"u8, .. Speech, .. "TAG"u8, .. new byte[125]]);

        Assert.Equal(Speech, bytes);
        Assert.Equal("aac", sound.Format);
        Assert.Equal(17 * 1024 / 16000.0, sound.Duration.TotalSeconds, 0.0001);
    }

    [Fact]
    public async Task Adts_CutInItsLastFrame_LosesThatFrame()
    {
        var (sound, bytes) = await MakeAsync(Speech[..^5]);

        Assert.Equal(16 * 1024 / 16000.0, sound.Duration.TotalSeconds, 0.0001);
        Assert.True(Speech.AsSpan().StartsWith(bytes));
    }

    [Fact]
    public async Task Adts_LongerThanTenMinutes_IsRefused() =>
        Assert.Equal(MediaFault.TooLong, await FaultAsync([.. Enumerable.Repeat(Speech, 560).SelectMany(second => second)]));

    [Fact]
    public async Task M4a_WithTagsAndMovieAtItsEnd_IsStrippedAndPlaysAtOnce()
    {
        var (sound, bytes) = await MakeAsync(Tagged);

        Assert.Equal("m4a", sound.Format);
        Assert.Equal(1, sound.Duration.TotalSeconds, 0.0001);
        Assert.Equal(["ftyp", "moov", "mdat"], Boxes(bytes).Select(box => box.Type));
        Assert.Equal(Content(Tagged, "mdat"), Content(bytes, "mdat"));
        Assert.Equal(bytes.AsSpan().IndexOf("mdat"u8) + 4, Number(bytes, "stco", 8));
        foreach (var dropped in new[] { "SECRET", "+30.1234", "udta", "meta", "free", "Lavf", "covr" })
        {
            Assert.Equal(-1, bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(dropped)));
        }

        foreach (var dated in new[] { "mvhd", "tkhd", "mdhd" })
        {
            Assert.Equal((0, 0), (Number(bytes, dated, 4), Number(bytes, dated, 8)));
        }
    }

    [Fact]
    public async Task M4a_InFragments_BecomesWhole()
    {
        var recorded = File.ReadAllBytes(Sample("fragmented.m4a"));

        var (sound, bytes) = await MakeAsync(recorded);

        Assert.Equal(17 * 1024 / 16000.0, sound.Duration.TotalSeconds, 0.05);
        Assert.Equal(["ftyp", "moov", "mdat"], Boxes(bytes).Select(box => box.Type));
        Assert.Equal(Boxes(recorded).Where(box => box.Type == "mdat").SelectMany(box => box.Content), Content(bytes, "mdat"));
        Assert.Equal(-1, bytes.AsSpan().IndexOf("SECRET"u8));
    }

    [Theory]
    [InlineData("tagged.m4a")]
    [InlineData("fragmented.m4a")]
    [InlineData("speech.aac")]
    [InlineData("vbr.mp3")]
    public async Task Sound_MadeTwice_IsTheSame(string name)
    {
        var (once, first) = await MakeAsync(File.ReadAllBytes(Sample(name)));
        var (twice, second) = await MakeAsync(first);

        Assert.Equal(once, twice);
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task M4a_OfHeAac_LastsAsItsTimesSay()
    {
        // AudioSpecificConfig of AAC-LC at 16 kHz becomes HE-AAC with a core of 16 kHz.
        var recorded = Tagged;
        var config = Find(recorded, [0x05, 0x80, 0x80, 0x80, 0x05, 0x14, 0x08]) + 5;
        new byte[] { 0x2C, 0x0A, 0x88, 0x00, 0x00 }.CopyTo(recorded, config);

        var (sound, bytes) = await MakeAsync(recorded);

        Assert.Equal(1, sound.Duration.TotalSeconds, 0.0001);
        Assert.NotEqual(-1, bytes.AsSpan().IndexOf(new byte[] { 0x05, 0x05, 0x2C, 0x0A, 0x88, 0x00, 0x00 }));
    }

    [Fact]
    public async Task M4a_WithLongBoxSizesAndDataToTheEnd_IsTaken()
    {
        var (_, plain) = await MakeAsync(Tagged);
        var mdat = Find(plain, "mdat"u8);
        byte[] open = [.. plain];
        BinaryPrimitives.WriteUInt32BigEndian(open.AsSpan(mdat - 4), 0);
        byte[] longSize = [0, 0, 0, 1, .. "free"u8, 0, 0, 0, 0, 0, 0, 0, 16];
        byte[] longer = [.. plain, .. longSize];

        Assert.Equal(plain, (await MakeAsync(open)).Bytes);
        Assert.Equal(plain, (await MakeAsync(longer)).Bytes);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.9)]
    public async Task M4a_CutOff_IsDamaged(double part)
    {
        var (_, fast) = await MakeAsync(Tagged);

        Assert.Equal(MediaFault.Damaged, await FaultAsync(Tagged[..(int)(Tagged.Length * part)]));
        Assert.Equal(MediaFault.Damaged, await FaultAsync(fast[..(int)(fast.Length * part)]));
    }

    [Fact]
    public async Task M4a_WhoseTimesLie_IsMeasuredByItsFrames()
    {
        // A frame counted as one sample long, 60,000 times.
        var (_, bytes) = await MakeAsync(Tagged);
        var sizes = Find(bytes, "stsz"u8);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(sizes + 8), 1);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(sizes + 12), 60_000);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(Find(bytes, "stsc"u8) + 16), 60_000);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(Find(bytes, "stts"u8) + 16), 1);

        Assert.Equal(MediaFault.TooLong, await FaultAsync([.. bytes, .. new byte[60_000]]));
    }

    [Theory]
    [InlineData("film.m4a", MediaFault.Unsupported)]
    [InlineData("lossless.m4a", MediaFault.Unsupported)]
    [InlineData("speech.ogg", MediaFault.Unsupported)]
    [InlineData("layer2.mp2", MediaFault.Unsupported)]
    [InlineData("recorder.webm", MediaFault.WebM)]
    internal async Task OtherFormat_IsRefusedByItsContent(string name, MediaFault fault) =>
        Assert.Equal(fault, await FaultAsync(File.ReadAllBytes(Sample(name))));

    [Theory]
    [InlineData("")]
    [InlineData("R")]
    [InlineData("{\"type\":\"audio\"}")]
    [InlineData("#!AMR\n0123456789")]
    [InlineData("fLaC0123456789")]
    [InlineData("RIFF\u0010\0\0\0AVI LIST0123456789")]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0mif1heic\0\0\0\u000Cmeta\0\0\0\0")]
    public async Task OtherContent_IsUnsupported(string content) =>
        Assert.Equal(MediaFault.Unsupported, await FaultAsync(System.Text.Encoding.Latin1.GetBytes(content)));

    private static byte[] Content(byte[] file, string type) => Boxes(file).Single(box => box.Type == type).Content;

    /// <summary>A number within the first box of a type, at a distance from the type.</summary>
    private static int Number(byte[] file, string type, int distance) =>
        BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(Find(file, System.Text.Encoding.ASCII.GetBytes(type)) + 4 + distance));

    private static List<(string Type, byte[] Content)> Boxes(byte[] file)
    {
        var boxes = new List<(string, byte[])>();
        for (var at = 0; at < file.Length;)
        {
            var size = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            boxes.Add((System.Text.Encoding.ASCII.GetString(file, at + 4, 4), file[(at + 8)..(at + size)]));
            at += size;
        }

        return boxes;
    }
}

using System.Buffers.Binary;
using Postcard.Media;
using static Postcard.Tests.Media.SoundFiles;

namespace Postcard.Tests.Media;

public sealed class SoundsMp3Tests : SoundFolder
{
    // 24 kHz mono at 64 kbit/s: 576 samples in 192 bytes.
    private const int FrameBytes = 192;
    private const double FrameSeconds = 576 / 24000.0;

    private static readonly byte[] Id3V1 = Tag(128, "TAG");
    private static readonly byte[] Id3V2 = [.. "ID3"u8, 4, 0, 0, 0, 0, 0x4A, 0x1C, .. Tag(0x4A * 128 + 0x1C, "SECRET")];
    private static readonly byte[] Lyrics3 = [.. "LYRICSBEGININD00002SECRET"u8, .. "000025LYRICS200"u8];

    private static byte[] Ape => [.. ApeHeader(0xA0), .. Tag(70_000, "SECRET"), .. ApeHeader(0x80)];

    [Fact]
    public async Task Mp3_WithoutTags_IsKeptByteForByte()
    {
        var mp3 = await RecordAsync(2);

        var (sound, bytes) = await MakeAsync(mp3);

        Assert.Equal(mp3, bytes);
        Assert.Equal("mp3", sound.Format);
        Assert.Equal(2, sound.Duration.TotalSeconds, 0.0001);
    }

    [Fact]
    public async Task Mp3_WithTagsOfAllKinds_LosesThemAndNothingElse()
    {
        var mp3 = await RecordAsync(2);

        var (sound, bytes) = await MakeAsync([.. Id3V2, .. Id3V2, .. Ape, .. mp3, .. Ape, .. Lyrics3, .. Id3V1]);

        Assert.Equal(mp3, bytes);
        Assert.Equal(2, sound.Duration.TotalSeconds, 0.0001);
    }

    [Fact]
    public async Task Mp3_WithTagsBetweenFrames_LosesThem()
    {
        var mp3 = await RecordAsync(1);

        var (_, bytes) = await MakeAsync([.. mp3[..(10 * FrameBytes)], .. Id3V2, .. Ape, .. mp3[(10 * FrameBytes)..]]);

        Assert.Equal(mp3, bytes);
    }

    [Fact]
    public async Task Mp3_OfVaryingBitrate_KeepsItsHeaderFrame()
    {
        var (sound, bytes) = await MakeAsync(File.ReadAllBytes(Sample("vbr.mp3")));

        Assert.Equal(1, sound.Duration.TotalSeconds, 0.0001);
        Assert.Equal(1, Mp3Decoder.Decode(bytes).Seconds, 0.0001);
        Assert.NotEqual(-1, bytes.AsSpan().IndexOf("LAME3.100"u8));
        Assert.Equal(-1, bytes.AsSpan().IndexOf("SECRET"u8));
    }

    [Fact]
    public async Task Mp3_OfVaryingBitrateWithoutHeader_GetsOne()
    {
        var (_, tagged) = await MakeAsync(File.ReadAllBytes(Sample("vbr.mp3")));
        var frames = (int)XingField(tagged, 0);
        var headerBytes = new Postcard.Media.Audio.Mp3Header(BinaryPrimitives.ReadUInt32BigEndian(tagged)).Size;

        var (sound, bytes) = await MakeAsync(tagged[headerBytes..]);

        Assert.Equal(frames * 576 / 22050.0, sound.Duration.TotalSeconds, 0.0001);
        Assert.Equal(frames, (int)XingField(bytes, 0));
        Assert.Equal(bytes.Length, (int)XingField(bytes, 1));
        Assert.True(bytes.AsSpan().EndsWith(tagged.AsSpan(headerBytes)));
        var seek = bytes.AsSpan(Find(bytes, "Xing"u8) + 16, 100).ToArray();
        Assert.Equal(seek.Order(), seek);
        Assert.InRange(seek[50], 96, 160);
    }

    [Fact]
    public async Task Mp3_WhoseHeaderFramePromisesMore_GetsATrueOne()
    {
        var mp3 = await RecordAsync(4);
        var cut = mp3[..(51 * FrameBytes + 100)];

        var (sound, bytes) = await MakeAsync(cut);

        Assert.Equal(50 * FrameSeconds, sound.Duration.TotalSeconds, 0.0001);
        Assert.Equal(50, (int)XingField(bytes, 0, "Info"));
        Assert.Equal(51 * FrameBytes, bytes.Length);
        Assert.Equal(50 * FrameSeconds, Mp3Decoder.Decode(bytes).Seconds, 2 * FrameSeconds);
    }

    [Fact]
    public async Task Mp3_WithFraunhofersHeader_KeepsItWhileItIsTrue()
    {
        var mp3 = await RecordAsync(1);
        var frames = mp3.Length / FrameBytes - 1;
        var header = mp3[..FrameBytes];
        header.AsSpan(4).Clear();
        "VBRI"u8.CopyTo(header.AsSpan(36));
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(46), mp3.Length);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(50), frames);
        byte[] vbri = [.. header, .. mp3[FrameBytes..]];

        var (sound, bytes) = await MakeAsync(vbri);

        Assert.Equal(vbri, bytes);
        Assert.Equal(frames * FrameSeconds, sound.Duration.TotalSeconds, 0.0001);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task Mp3_WithSomeJunk_IsFreedFromIt(int frames)
    {
        var mp3 = await RecordAsync(1);
        var junk = new byte[20_000];
        new Random(1).NextBytes(junk);

        var (sound, bytes) = await MakeAsync([.. mp3[..(frames * FrameBytes)], .. junk, .. mp3[(frames * FrameBytes)..]]);

        Assert.Equal(mp3, bytes);
        Assert.Equal(1, sound.Duration.TotalSeconds, 0.0001);
    }

    [Fact]
    public async Task Mp3_WithMuchJunkInside_IsDamaged()
    {
        var mp3 = await RecordAsync(1);

        Assert.Equal(MediaFault.Damaged, await FaultAsync([.. mp3[..(9 * FrameBytes)], .. new byte[200_000], .. mp3[(9 * FrameBytes)..]]));
    }

    [Fact]
    public async Task Mp3_JoinedOfTwo_LastsAsLongAsBoth()
    {
        var mp3 = await RecordAsync(1);

        var (sound, bytes) = await MakeAsync([.. Id3V2, .. mp3, .. Id3V2, .. mp3]);

        Assert.Equal(2, sound.Duration.TotalSeconds, 0.2);
        Assert.Equal(sound.Duration.TotalSeconds, Mp3Decoder.Decode(bytes).Seconds, 0.1);
    }

    [Fact]
    public async Task Mp3_LongerThanTenMinutes_IsRefused()
    {
        var mp3 = await RecordAsync(1);
        var minutes = Enumerable.Repeat(mp3[FrameBytes..], 601).SelectMany(second => second).ToArray();

        Assert.Equal(MediaFault.TooLong, await FaultAsync(minutes));
    }

    [Fact]
    public async Task Mp3_OfHeaderFrameAlone_IsDamaged() =>
        Assert.Equal(MediaFault.Damaged, await FaultAsync((await RecordAsync(1))[..FrameBytes]));

    [Fact]
    public async Task Mp3_OfTagAlone_IsDamaged() => Assert.Equal(MediaFault.Damaged, await FaultAsync([.. Id3V2, .. new byte[5000]]));

    [Fact]
    public async Task Mp3_InFreeFormat_IsUnsupported()
    {
        var mp3 = await RecordAsync(1);
        for (var at = 0; at < mp3.Length; at += FrameBytes)
        {
            mp3[at + 2] &= 0x0F;
        }

        Assert.Equal(MediaFault.Unsupported, await FaultAsync(mp3));
    }

    private static byte[] Tag(int size, string start)
    {
        var tag = new byte[size];
        for (var i = 0; i < size; i++)
        {
            tag[i] = (byte)(start + "SECRET NAME \u00FF\u00FB\u0090")[i % (start.Length + 15)];
        }

        return tag;
    }

    private static byte[] ApeHeader(byte flags)
    {
        byte[] header = [.. "APETAGEX"u8, .. LittleEndian(2000), .. LittleEndian(70_032), .. LittleEndian(1), 0, 0, 0, flags, .. new byte[8]];
        return header;
    }

    private static uint XingField(byte[] mp3, int field, string id = "Xing") =>
        BinaryPrimitives.ReadUInt32BigEndian(mp3.AsSpan(Find(mp3, System.Text.Encoding.ASCII.GetBytes(id)) + 8 + 4 * field));

    private async Task<byte[]> RecordAsync(double seconds) => (await MakeAsync(Wav(WavKind.Int16, 24000, 1, seconds))).Bytes;
}

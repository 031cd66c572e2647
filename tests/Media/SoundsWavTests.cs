using Postcard.Media;
using static Postcard.Tests.Media.SoundFiles;

namespace Postcard.Tests.Media;

public sealed class SoundsWavTests : SoundFolder
{
    public static TheoryData<int, int, int> Kinds()
    {
        var data = new TheoryData<int, int, int>();
        foreach (var kind in Enum.GetValues<WavKind>())
        {
            data.Add((int)kind, 16000, 1);
            data.Add((int)kind, 44100, 2);
        }

        foreach (var rate in new[] { 8000, 11025, 12000, 22050, 24000, 32000, 37800, 48000, 64000, 88200, 96000 })
        {
            data.Add((int)WavKind.Int16, rate, 1);
            data.Add((int)WavKind.Float32, rate, 2);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Wav_OfAnyKind_BecomesMp3OfSameLengthLoudnessAndPitch(int kind, int rate, int channels)
    {
        var (sound, bytes) = await MakeAsync(Wav((WavKind)kind, rate, channels, seconds: 1.3));

        Assert.Equal("mp3", sound.Format);
        Assert.Equal(1.3, sound.Duration.TotalSeconds, 0.0001);
        var heard = Mp3Decoder.Decode(bytes);
        Assert.Equal(channels, heard.Channels);
        Assert.Equal(1.3, heard.Seconds, 0.001);
        AssertTone(heard, heard.Left, Hertz);
        AssertTone(heard, heard.Right, channels == 1 ? 0 : Hertz * 1.5);
    }

    [Theory]
    [InlineData(WavKind.Int16)]
    [InlineData(WavKind.Int24)]
    [InlineData(WavKind.Float32)]
    [InlineData(WavKind.Float64)]
    internal async Task Wav_Extensible_IsTaken(WavKind kind)
    {
        var (_, bytes) = await MakeAsync(Wav(kind, 22050, 2, 0.5, extensible: true));

        var heard = Mp3Decoder.Decode(bytes);
        AssertTone(heard, heard.Left, Hertz);
    }

    [Theory]
    [InlineData(WavKind.Int8)]
    [InlineData(WavKind.Int16)]
    [InlineData(WavKind.Int24)]
    [InlineData(WavKind.Float32)]
    internal async Task Wav_WithEqualChannels_BecomesMono(WavKind kind)
    {
        var (_, bytes) = await MakeAsync(Wav(kind, 44100, 2, 1, equal: true));

        var heard = Mp3Decoder.Decode(bytes);
        Assert.Equal(1, heard.Channels);
        AssertTone(heard, heard.Left, Hertz);
    }

    [Fact]
    public async Task Wav_WhoseChannelsDifferInTheLastFrame_StaysStereo()
    {
        var samples = Samples(WavKind.Int16, 2, 44100, Tone(44100, equal: true));
        samples[^1] ^= 0x10;

        var (_, bytes) = await MakeAsync(Wrap(WavKind.Int16, 44100, 2, samples));

        Assert.Equal(2, Mp3Decoder.Decode(bytes).Channels);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(uint.MaxValue)]
    [InlineData(0x7FFFFFFFu)]
    [InlineData(1_000_000u)]
    public async Task Wav_FromRecorderThatStreams_IsTakenToItsEnd(uint statedSize)
    {
        var wav = Wav(WavKind.Int16, 16000, 1, 1);
        LittleEndian(statedSize).CopyTo(wav, Find(wav, "data"u8) + 4);
        LittleEndian(statedSize).CopyTo(wav, 4);

        var (sound, _) = await MakeAsync(wav);

        Assert.Equal(1, sound.Duration.TotalSeconds, 0.0001);
    }

    [Fact]
    public async Task Wav_Rf64_TakesTheLongSize()
    {
        var samples = Samples(WavKind.Int16, 1, 16000, Tone(16000));
        var sizes = new byte[28];
        LittleEndian(samples.Length).CopyTo(sizes, 8);
        var wav = Riff(Chunk("ds64", sizes), Chunk("fmt ", Format(WavKind.Int16, 16000, 1)), Chunk("data", samples), Chunk("LIST", new byte[5000]));
        "RF64"u8.CopyTo(wav);
        LittleEndian(uint.MaxValue).CopyTo(wav, 4);
        LittleEndian(uint.MaxValue).CopyTo(wav, Find(wav, "data"u8) + 4);

        var (sound, _) = await MakeAsync(wav);

        Assert.Equal(1, sound.Duration.TotalSeconds, 0.0001);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wav_WithOddChunks_IsReadWhetherTheyArePaddedOrNot(bool padded)
    {
        var odd = Chunk("LIST", "SECRETNAME!"u8.ToArray());
        var wav = Riff(
            Chunk("JUNK", new byte[28]),
            padded ? odd : odd[..^1],
            Chunk("fmt ", Format(WavKind.Int16, 16000, 1)),
            Chunk("data", Samples(WavKind.Int16, 1, 16000, Tone(16000))),
            Chunk("id3 ", "SECRETNAME"u8.ToArray()));

        var (sound, bytes) = await MakeAsync(wav);

        Assert.Equal(1, sound.Duration.TotalSeconds, 0.0001);
        Assert.Equal(-1, bytes.AsSpan().IndexOf("SECRET"u8));
    }

    [Theory]
    [InlineData(WavKind.Float32)]
    [InlineData(WavKind.Float64)]
    internal async Task Wav_LouderThanFullScale_IsClampedLikeFullScale(WavKind kind)
    {
        byte[] Make(Func<double, double> change) => Wrap(kind, 16000, 1, Samples(kind, 1, 16000, (frame, _) => change(8 * Tone(16000)(frame, 0))));
        var (_, loud) = await MakeAsync(Make(value => value));
        var (_, clamped) = await MakeAsync(Make(value => Math.Clamp(value, -1, 1)));

        Assert.Equal(clamped, loud);
    }

    [Fact]
    public async Task Wav_WithNumbersThatAreNone_IsSilentThere()
    {
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300];
        var (_, bytes) = await MakeAsync(Wrap(WavKind.Float32, 16000, 1, Samples(WavKind.Float32, 1, 16003, (frame, _) => odd[frame % 4])));
        var (_, plain) = await MakeAsync(Wrap(WavKind.Float32, 16000, 1, Samples(WavKind.Float32, 1, 16003, (frame, _) => new[] { 0, 1, -1, 1 }[frame % 4])));

        Assert.Equal(plain, bytes);
    }

    [Theory]
    [InlineData(7999, 1)]
    [InlineData(96001, 1)]
    [InlineData(16000, 3)]
    [InlineData(16000, 0)]
    public async Task Wav_OutsideTheContract_IsUnsupported(int rate, int channels) =>
        Assert.Equal(MediaFault.Unsupported, await FaultAsync(Wrap(WavKind.Int16, rate, channels, new byte[4000])));

    [Fact]
    public async Task Wav_With24BitsIn32_IsReadFromTheUpperBits()
    {
        var wav = Wav(WavKind.Int32, 16000, 1, 1);
        wav[Find(wav, "fmt "u8) + 22] = 24;

        var (sound, bytes) = await MakeAsync(wav);

        Assert.Equal(1, sound.Duration.TotalSeconds, 0.0001);
        var heard = Mp3Decoder.Decode(bytes);
        AssertTone(heard, heard.Left, Hertz);
    }

    [Fact]
    public async Task Wav_WithCompressedSamples_IsUnsupported()
    {
        var wav = Wav(WavKind.Int8, 8000, 1, 1);
        wav[20] = 6;

        Assert.Equal(MediaFault.Unsupported, await FaultAsync(wav));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(30)]
    [InlineData(44)]
    public async Task Wav_CutBeforeItsSamples_IsDamaged(int bytes) =>
        Assert.Equal(MediaFault.Damaged, await FaultAsync(Wav(WavKind.Int16, 16000, 1, 1)[..bytes]));

    [Fact]
    public async Task Wav_WithoutSamplesBeforeAnotherChunk_IsDamaged()
    {
        var wav = Riff(Chunk("fmt ", Format(WavKind.Int16, 16000, 1)), Chunk("data", []), Chunk("LIST", new byte[400]));

        Assert.Equal(MediaFault.Damaged, await FaultAsync(wav));
    }

    [Theory]
    [InlineData(600, false)]
    [InlineData(601, true)]
    public async Task Wav_LongerThanTenMinutes_IsRefused(int seconds, bool refused)
    {
        var wav = Wrap(WavKind.Int8, 8000, 1, new byte[8000 * seconds]);

        if (refused)
        {
            Assert.Equal(MediaFault.TooLong, await FaultAsync(wav));
        }
        else
        {
            Assert.Equal(seconds, (await MakeAsync(wav)).Sound.Duration.TotalSeconds);
        }
    }

    private static void AssertTone(Heard heard, short[] channel, double hertz)
    {
        if (hertz > 0)
        {
            Assert.Equal(hertz, heard.Hertz(channel), hertz * 0.01);
            Assert.InRange(20 * Math.Log10(heard.Loudness(channel) / Loudness), -1, 1);
        }
    }
}

using System.Reflection;
using System.Runtime.InteropServices;
using Postcard.Media;

namespace Postcard.Tests.Media;

/// <summary>What a player hears, the encoder's padding cut as gapless players do.</summary>
internal sealed record Heard(int SampleRate, int Channels, short[] Left, short[] Right)
{
    public double Seconds => (double)Left.Length / SampleRate;

    /// <summary>Of full scale, of a sine: its peak.</summary>
    public double Loudness(short[] channel) => Math.Sqrt(2 * channel.Average(sample => (double)sample * sample)) / short.MaxValue;

    /// <summary>By the rising crossings of zero.</summary>
    public double Hertz(short[] channel)
    {
        var crossings = Enumerable.Range(1, channel.Length - 1).Where(i => channel[i - 1] < 0 && channel[i] >= 0).ToList();
        return (double)(crossings.Count - 1) * SampleRate / (crossings[^1] - crossings[0]);
    }
}

/// <summary>LAME's own decoder, hip, which the product does not use.</summary>
internal static unsafe class Mp3Decoder
{
    // Of the decoder's filter bank, which the encoder's delay does not contain.
    private const int DecoderDelay = 529;

    private static readonly nint Library = Load();

    public static Heard Decode(byte[] file)
    {
        var init = (delegate* unmanaged<nint>)NativeLibrary.GetExport(Library, "hip_decode_init");
        var exit = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(Library, "hip_decode_exit");
        var decode = (delegate* unmanaged<nint, byte*, nuint, short*, short*, Mp3Data*, int*, int*, int>)NativeLibrary.GetExport(
            Library, "hip_decode1_headersB");
        List<short> left = [], right = [];
        var (delay, padding) = (-1, -1);
        var data = default(Mp3Data);
        short* l = stackalloc short[1152], r = stackalloc short[1152];
        var hip = init();
        fixed (byte* bytes = file)
        {
            for (var at = 0; at < file.Length || at == file.Length; at += 64)
            {
                var count = Math.Min(64, file.Length - at);
                int frames;
                for (var more = (nuint)count; (frames = decode(hip, bytes + at, more, l, r, &data, &delay, &padding)) > 0; more = 0)
                {
                    left.AddRange(new ReadOnlySpan<short>(l, frames));
                    right.AddRange(new ReadOnlySpan<short>(r, frames));
                }

                Assert.True(frames == 0, "The decoder failed.");
            }
        }

        exit(hip);
        var from = delay < 0 ? 0 : delay + DecoderDelay;
        var to = left.Count - (delay < 0 ? 0 : Math.Max(0, padding - DecoderDelay));
        return new Heard(data.SampleRate, data.Channels, [.. left[from..to]], [.. right[from..to]]);
    }

    private static nint Load()
    {
        Assert.NotNull(Sounds.Codec);
        var assembly = typeof(Sounds).Assembly;
        return NativeLibrary.TryLoad("libmp3lame.so.0", assembly, null, out var handle)
            ? handle : NativeLibrary.Load("libmp3lame.so", assembly, null);
    }

    /// <summary><c>mp3data_struct</c> of lame.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Mp3Data
    {
        public int HeaderParsed, Channels, SampleRate, Bitrate, Mode, ModeExtension, FrameSize;
        public CULong Samples;
        public int TotalFrames, FrameNumber;
    }
}

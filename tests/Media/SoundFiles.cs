using System.Buffers.Binary;

namespace Postcard.Tests.Media;

/// <summary>How the samples of a WAV file are written.</summary>
internal enum WavKind
{
    Int8,
    Int16,
    Int24,
    Int32,
    Float32,
    Float64,
}

/// <summary>Makes recordings of a known tone.</summary>
internal static class SoundFiles
{
    public const double Hertz = 440, Loudness = 0.25;

    public static string Sample(string name) => Path.Combine(AppContext.BaseDirectory, "Media", "Samples", name);

    /// <summary>A sine at <see cref="Hertz"/>, the second channel a fifth higher unless <paramref name="equal"/>.</summary>
    public static Func<long, int, double> Tone(int rate, bool equal = false) => (frame, channel) =>
        Loudness * Math.Sin(2 * Math.PI * Hertz * (equal || channel == 0 ? 1 : 1.5) * frame / rate);

    public static byte[] Wav(WavKind kind, int rate, int channels, double seconds, bool extensible = false, bool equal = false) =>
        Wrap(kind, rate, channels, Samples(kind, channels, (long)Math.Round(rate * seconds), Tone(rate, equal)), extensible);

    public static byte[] Samples(WavKind kind, int channels, long frames, Func<long, int, double> wave)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        for (var frame = 0L; frame < frames; frame++)
        {
            for (var channel = 0; channel < channels; channel++)
            {
                Write(writer, kind, wave(frame, channel));
            }
        }

        return stream.ToArray();
    }

    public static byte[] Wrap(WavKind kind, int rate, int channels, byte[] samples, bool extensible = false)
    {
        var format = Format(kind, rate, channels, extensible);
        return Riff(Chunk("fmt ", format), Chunk("data", samples));
    }

    public static byte[] Format(WavKind kind, int rate, int channels, bool extensible = false)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        var bytes = SampleBytes(kind);
        var tag = (ushort)(kind >= WavKind.Float32 ? 3 : 1);
        writer.Write(extensible ? (ushort)0xFFFE : tag);
        writer.Write((ushort)channels);
        writer.Write(rate);
        writer.Write(rate * channels * bytes);
        writer.Write((ushort)(channels * bytes));
        writer.Write((ushort)(8 * bytes));
        if (extensible)
        {
            writer.Write((ushort)22);
            writer.Write((ushort)(8 * bytes));
            writer.Write(channels == 1 ? 4 : 3);
            writer.Write(tag);
            writer.Write([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
        }

        return stream.ToArray();
    }

    public static byte[] Riff(params byte[][] chunks)
    {
        byte[] body = [.. "WAVE"u8, .. chunks.SelectMany(chunk => chunk)];
        return [.. "RIFF"u8, .. LittleEndian(body.Length), .. body];
    }

    /// <summary>A chunk, padded to an even size.</summary>
    public static byte[] Chunk(string id, byte[] content) =>
        [.. System.Text.Encoding.ASCII.GetBytes(id), .. LittleEndian(content.Length), .. content, .. new byte[content.Length & 1]];

    public static byte[] LittleEndian(long value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value);
        return bytes;
    }

    /// <summary>Where a text stands in a file for the first time, behind <paramref name="after"/>.</summary>
    public static int Find(byte[] file, ReadOnlySpan<byte> text, int after = 0) => after + file.AsSpan(after).IndexOf(text);

    private static int SampleBytes(WavKind kind) => kind switch
    {
        WavKind.Int8 => 1,
        WavKind.Int16 => 2,
        WavKind.Int24 => 3,
        WavKind.Float64 => 8,
        _ => 4,
    };

    private static void Write(BinaryWriter writer, WavKind kind, double value)
    {
        switch (kind)
        {
            case WavKind.Int8:
                writer.Write((byte)(128 + Math.Round(value * 127)));
                break;
            case WavKind.Int16:
                writer.Write((short)Math.Round(value * short.MaxValue));
                break;
            case WavKind.Int24:
                var whole = (int)Math.Round(value * 0x7FFFFF);
                writer.Write((ushort)whole);
                writer.Write((byte)(whole >> 16));
                break;
            case WavKind.Int32:
                writer.Write((int)Math.Round(value * int.MaxValue));
                break;
            case WavKind.Float32:
                writer.Write((float)value);
                break;
            case WavKind.Float64:
                writer.Write(value);
                break;
        }
    }
}

using System.Buffers.Binary;

namespace Bench.Material;

/// <summary>One minute of something like speech: syllables of a buzzing voice with breath between them.</summary>
internal static class Recordings
{
    private const int Seconds = 60;

    /// <returns>A WAV file, 16 bits.</returns>
    public static byte[] Minute(int rate, int channels)
    {
        var data = rate * channels * 2 * Seconds;
        var wav = new byte[44 + data];
        WriteHeader(wav, rate, channels, data);
        var random = new Random(5);
        double phase = 0, breath = 0;
        for (var i = 0; i < rate * Seconds; i++)
        {
            var time = (double)i / rate;
            var pitch = 140 + 30 * Math.Sin(time * 2.1) + 12 * Math.Sin(time * 11);
            phase += pitch / rate;
            var syllable = Math.Pow(Math.Max(0, Math.Sin(time * 2 * Math.PI * 2.2)), 0.6) * (time % 4.1 < 3.4 ? 1 : 0);
            breath = 0.7 * breath + 0.3 * (random.NextDouble() * 2 - 1);
            var voice = 0.0;
            for (var harmonic = 1; harmonic <= 24; harmonic++)
            {
                var near = Math.Cos(time * 3 + harmonic * 0.7);
                voice += Math.Sin(2 * Math.PI * harmonic * phase) * (0.6 + 0.4 * near) / harmonic;
            }

            for (var channel = 0; channel < channels; channel++)
            {
                var sample = syllable * (0.3 * voice + 0.08 * breath) + 0.003 * breath * (channel + 1);
                BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(44 + (i * channels + channel) * 2), (short)(Math.Clamp(sample, -1, 1) * 30000));
            }
        }

        return wav;
    }

    private static void WriteHeader(Span<byte> wav, int rate, int channels, int data)
    {
        "RIFF"u8.CopyTo(wav);
        BinaryPrimitives.WriteInt32LittleEndian(wav[4..], 36 + data);
        "WAVEfmt "u8.CopyTo(wav[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(wav[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(wav[20..], 1);
        BinaryPrimitives.WriteInt16LittleEndian(wav[22..], (short)channels);
        BinaryPrimitives.WriteInt32LittleEndian(wav[24..], rate);
        BinaryPrimitives.WriteInt32LittleEndian(wav[28..], rate * channels * 2);
        BinaryPrimitives.WriteInt16LittleEndian(wav[32..], (short)(channels * 2));
        BinaryPrimitives.WriteInt16LittleEndian(wav[34..], 16);
        "data"u8.CopyTo(wav[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(wav[40..], data);
    }
}

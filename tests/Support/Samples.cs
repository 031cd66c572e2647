using System.Buffers.Binary;
using System.Text;
using NetVips;

namespace Postcard.Tests.Support;

/// <summary>Real media made on the spot.</summary>
internal static class Samples
{
    /// <summary>A picture with some detail, so that versions of it differ.</summary>
    public static byte[] Picture(int width = 800, int height = 600, int seed = 1, string format = ".jpg")
    {
        using var noise = Image.Perlin(width, height, cellSize: 64, seed: seed);
        using var picture = (noise * 100 + 128).Cast(Enums.BandFormat.Uchar).Bandjoin([128, 200]).Copy(interpretation: Enums.Interpretation.Srgb);
        return picture.WriteToBuffer(format);
    }

    /// <summary>Silence at 48 kHz and 320 kbit/s, of frames of 960 bytes.</summary>
    public static byte[] Mp3(int frames)
    {
        var file = new byte[960 * frames];
        for (var at = 0; at < file.Length; at += 960)
        {
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at), 0xFFFBE4C0);
        }

        return file;
    }

    /// <summary>A picture that does not get small.</summary>
    public static byte[] Noise(int width, int height)
    {
        using var noise = Image.Gaussnoise(width, height, sigma: 80, mean: 128, seed: 1);
        using var grey = noise.Cast(Enums.BandFormat.Uchar);
        return grey.WriteToBuffer(".jpg");
    }

    /// <summary>16-bit mono PCM with a sine of 440 Hz.</summary>
    public static byte[] Wav(double seconds = 1, int rate = 16000)
    {
        var samples = (int)(seconds * rate);
        var file = new byte[44 + (2 * samples)];
        Encoding.ASCII.GetBytes("RIFF....WAVEfmt ....................data").CopyTo(file, 0);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), rate);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), 2 * rate);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(34), 16);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), 2 * samples);
        for (var i = 0; i < samples; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(44 + (2 * i)), (short)(12000 * Math.Sin(2 * Math.PI * 440 * i / rate)));
        }

        return file;
    }
}

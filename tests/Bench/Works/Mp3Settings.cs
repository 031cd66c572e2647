using System.Globalization;

namespace Bench.Works;

/// <summary>How an MP3 of LAME's was made, out of its first frame and the tag in it.</summary>
/// <param name="Quality">LAME's <c>-q</c>; null when there is no tag.</param>
internal sealed record Mp3Settings(int Hertz, bool Mono, bool Variable, int Kilobits, int? Quality, int Level)
{
    private static readonly int[] Mpeg1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    private static readonly int[] Mpeg2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

    public IEnumerable<string> Arguments
    {
        get
        {
            string[] mode = Mono ? ["-m", "m"] : ["-m", "j"];
            string[] rate = ["--resample", Text(Hertz / 1000.0)];
            string[] bits = Variable ? ["-V", Text(Level)] : ["-b", Text(Kilobits)];
            return [.. mode, .. rate, .. bits, .. Quality is { } quality ? (string[])["-q", Text(quality)] : []];
        }
    }

    /// <exception cref="InvalidDataException">Does not begin with a frame of layer III.</exception>
    public static Mp3Settings Read(ReadOnlySpan<byte> mp3)
    {
        if (mp3.Length < 200 || mp3[0] != 0xFF || (mp3[1] & 0xE6) != 0xE2)
        {
            throw new InvalidDataException("Not an MP3 frame.");
        }

        var version = mp3[1] >> 3 & 3;
        var hertz = (int[])[44_100, 48_000, 32_000];
        var kilobits = (version is 3 ? Mpeg1 : Mpeg2)[mp3[2] >> 4];
        var rate = hertz[mp3[2] >> 2 & 3] / (version is 3 ? 1 : version is 2 ? 2 : 4);
        var mono = mp3[3] >> 6 is 3;
        var tag = mp3[..200].IndexOf("Xing"u8);
        var info = tag < 0 ? mp3[..200].IndexOf("Info"u8) : tag;
        if (info < 0)
        {
            return new(rate, mono, false, kilobits, null, 0);
        }

        // Frames, bytes, table of contents, then LAME's 100 - 10 × V - q.
        var scale = 100 - mp3[info + 8 + 4 + 4 + 100 + 3];
        var second = Frame(version, rate, kilobits, mp3);
        return new(rate, mono, tag >= 0, second, scale % 10, scale / 10);
    }

    public override string ToString() => string.Join(' ', Arguments);

    /// <summary>The bit rate of the first frame that sounds; the tag's own frame may have another one.</summary>
    private static int Frame(int version, int rate, int kilobits, ReadOnlySpan<byte> mp3)
    {
        var length = (version is 3 ? 144 : 72) * kilobits * 1000 / rate + (mp3[2] >> 1 & 1);
        return mp3.Length > length + 4 && mp3[length] == 0xFF ? (version is 3 ? Mpeg1 : Mpeg2)[mp3[length + 2] >> 4] : kilobits;
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}

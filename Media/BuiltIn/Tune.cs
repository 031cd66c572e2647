namespace Postcard.Media.BuiltIn;

/// <summary>Adds one note to a track: where it starts and its pitch, in samples and hertz.</summary>
internal delegate void Instrument(Span<float> track, float hertz, float loudness);

/// <summary>A short melody, played dry on one track, then set in a room and written as 44.1 kHz stereo WAV.</summary>
internal sealed class Tune(float seconds, float beatsPerMinute)
{
    public const int Rate = 44_100;

    private readonly float[] _dry = new float[(int)(seconds * Rate)];

    /// <summary>
    /// Plays notes one after another: <c>E5/2</c> is a note and its length in beats, <c>D3+A3/1</c> sounds together (a little rolled, as hands do),
    /// <c>-/1</c> is a rest.
    /// </summary>
    public Tune Play(Instrument instrument, float loudness, float fromBeat, string notes)
    {
        var beat = fromBeat;
        foreach (var note in notes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (pitches, length) = (note[..note.IndexOf('/')], float.Parse(note[(note.IndexOf('/') + 1)..]));
            var roll = 0f;
            foreach (var pitch in pitches == "-" ? [] : pitches.Split('+'))
            {
                var start = (int)((beat * 60 / beatsPerMinute + roll) * Rate);
                instrument(_dry.AsSpan(Math.Min(start, _dry.Length)), Hertz(pitch), loudness * (0.94f + 0.12f * Pigment.Hash(start, 1)));
                roll += 0.028f;
            }

            beat += length;
        }

        return this;
    }

    /// <param name="path">Written as 16-bit PCM.</param>
    public void Save(string path)
    {
        var (left, right) = (Room.Set(_dry, 0), Room.Set(_dry, 23));
        var power = left.Zip(right, (l, r) => (double)l * l + r * r).Sum() / (2 * left.Length);
        var gain = (float)(0.112 / Math.Sqrt(power));
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write("RIFF"u8);
        writer.Write(36 + left.Length * 4);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)2);
        writer.Write(Rate);
        writer.Write(Rate * 4);
        writer.Write((short)4);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(left.Length * 4);
        for (var i = 0; i < left.Length; i++)
        {
            var fade = Math.Min(1, (left.Length - 1 - i) / (1.6f * Rate));
            writer.Write(Limit(left[i] * gain * fade * fade));
            writer.Write(Limit(right[i] * gain * fade * fade));
        }
    }

    /// <summary>Rounds peaks off instead of clipping them; nothing reaches full scale.</summary>
    private static short Limit(float sample)
    {
        var size = MathF.Abs(sample);
        var rounded = size < 0.5f ? size : 0.5f + 0.4f * MathF.Tanh((size - 0.5f) / 0.4f);
        return (short)(MathF.CopySign(rounded, sample) * 32767);
    }

    private static float Hertz(string pitch)
    {
        var semitone = "C D EF G A B".IndexOf(pitch[0]) + (pitch.Contains('#') ? 1 : 0) + 12 * (pitch[^1] - '4') - 9;
        return 440 * MathF.Pow(2, semitone / 12f);
    }
}

namespace Postcard.Media.BuiltIn;

internal static class Instruments
{
    /// <summary>A plucked silk string, after Karplus and Strong: a burst of soft noise runs round a delay line that loses its highs first.</summary>
    public static void Zither(Span<float> track, float hertz, float loudness)
    {
        const float PluckAt = 0.17f;
        var period = Tune.Rate / hertz - 0.5f;
        var line = new float[(int)period];
        var stretch = (1 - (period - line.Length)) / (1 + (period - line.Length));
        var (soft, previous) = (0f, 0f);
        for (var i = 0; i < line.Length; i++)
        {
            soft += 0.27f * (Pigment.Hash(i, (int)hertz) * 2 - 1 - soft);
            line[i] = soft;
        }

        // Plucked near one end: the overtones that have a node there are missing.
        var burst = (float[])line.Clone();
        for (var i = 0; i < line.Length; i++)
        {
            line[i] = burst[i] - burst[(i + (int)(line.Length * PluckAt)) % line.Length];
        }

        var mean = line.Average();
        var keep = MathF.Pow(0.001f, period / Tune.Rate / (1.2f + 520 / hertz));
        var (last, held, at) = (0f, 0f, 0);
        for (var i = 0; i < track.Length; i++)
        {
            var now = line[at] - (i < line.Length ? mean : 0);
            var damped = keep * 0.5f * (now + last);
            last = now;
            var tuned = stretch * damped + previous - stretch * held;
            (previous, held) = (damped, tuned);
            line[at] = tuned;
            at = (at + 1) % line.Length;
            track[i] += now * loudness * Math.Min(1, i / 90f);
        }
    }

    /// <summary>The comb of a music box: a clear tone, a shorter octave, and a touch of metal that is gone at once.</summary>
    public static void MusicBox(Span<float> track, float hertz, float loudness)
    {
        foreach (var (ratio, level, seconds) in new[] { (1f, 1f, 1.5f), (2.001f, 0.28f, 0.8f), (3.01f, 0.12f, 0.4f), (5.43f, 0.07f, 0.12f), (8.2f, 0.03f, 0.05f) })
        {
            if (hertz * ratio > 12_000)
            {
                break;
            }

            var turn = MathF.Tau * hertz * ratio / Tune.Rate;
            var decay = MathF.Exp(-1 / (seconds * MathF.Sqrt(660 / hertz) * 0.45f * Tune.Rate));
            var size = level * loudness * 0.35f;
            for (var i = 0; i < track.Length && size > 1e-5f; i++, size *= decay)
            {
                track[i] += size * MathF.Sin(turn * i) * Math.Min(1, i / 120f);
            }
        }
    }
}

/// <summary>A small hall, after Schroeder: echoes that lose their highs, thickened by all-pass filters.</summary>
internal static class Room
{
    /// <param name="spread">Samples by which the echoes differ, so that two ears hear two rooms.</param>
    public static float[] Set(float[] dry, int spread)
    {
        var wet = new float[dry.Length];
        foreach (var delay in new[] { 1557, 1617, 1491, 1422, 1277, 1356 })
        {
            var (line, low, at) = (new float[delay + spread], 0f, 0);
            for (var i = 0; i < dry.Length; i++)
            {
                var echo = line[at];
                low = 0.72f * echo + 0.28f * low;
                line[at] = dry[i] + 0.85f * low;
                at = (at + 1) % line.Length;
                wet[i] += echo;
            }
        }

        foreach (var delay in new[] { 556, 441, 341 })
        {
            var (line, at) = (new float[delay + spread], 0);
            for (var i = 0; i < wet.Length; i++)
            {
                var echo = line[at];
                line[at] = wet[i] + 0.5f * echo;
                at = (at + 1) % line.Length;
                wet[i] = echo - wet[i];
            }
        }

        for (var i = 0; i < dry.Length; i++)
        {
            wet[i] = dry[i] + 0.055f * wet[i];
        }

        return wet;
    }
}

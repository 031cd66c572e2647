namespace Postcard.Media.Audio;

/// <summary>A part of the track that is played, in units of the track's time scale.</summary>
internal readonly record struct Mp4Edit(long Start, long Duration);

/// <summary>What is known of the audio track of an MP4 file: enough to write the file anew around the same AAC frames.</summary>
internal sealed class Mp4Track(uint id, uint timescale, AacConfig config)
{
    // Ten minutes at 96 kHz with the shortest frames there are, of 480 samples.
    public const int MaxSamples = 125_000;
    private const int MaxSampleBytes = 16 * 1024;

    public uint Id { get; } = id;

    /// <summary>Units per second.</summary>
    public uint Timescale { get; } = timescale;

    public AacConfig Config { get; } = config;

    /// <summary>Bytes of each AAC frame.</summary>
    public List<int> Sizes { get; } = [];

    /// <summary>How many frames in a row last how long.</summary>
    public List<(int Count, uint Duration)> Durations { get; } = [];

    /// <summary>Where the frames lie, in order.</summary>
    public List<(long Offset, long Bytes)> Runs { get; } = [];

    public List<Mp4Edit> Edits { get; } = [];

    public long Bytes { get; private set; }

    /// <summary>Of all frames, in units.</summary>
    public long Duration { get; private set; }

    /// <summary>What players show.</summary>
    public double Seconds => (double)(Edits.Count > 0 ? Edits.Sum(edit => edit.Duration) : Duration) / Timescale;

    public void AddSize(uint bytes)
    {
        if (bytes is 0 or > MaxSampleBytes)
        {
            throw new MediaException(MediaFault.Damaged);
        }

        if (Sizes.Count == MaxSamples)
        {
            throw new MediaException(MediaFault.TooLong);
        }

        Sizes.Add((int)bytes);
    }

    public void AddRun(long offset, long bytes)
    {
        Bytes += bytes;
        if (Runs.Count > 0 && Runs[^1] is var last && last.Offset + last.Bytes == offset)
        {
            Runs[^1] = (last.Offset, last.Bytes + bytes);
        }
        else
        {
            Runs.Add((offset, bytes));
        }
    }

    public void AddDurations(int count, uint duration)
    {
        Duration += count * (long)duration;
        if (Durations.Count > 0 && Durations[^1] is var last && last.Duration == duration)
        {
            Durations[^1] = (last.Count + count, duration);
        }
        else
        {
            Durations.Add((count, duration));
        }
    }

    /// <summary>Drops edits that do not lie within the track, and bounds those that run past its end.</summary>
    public void FitEdits()
    {
        for (var i = 0; i < Edits.Count; i++)
        {
            var (start, duration) = Edits[i];
            var rest = Duration - start;
            Edits[i] = new Mp4Edit(start, duration == 0 ? rest : Math.Min(duration, rest));
        }

        Edits.RemoveAll(edit => edit.Duration <= 0);
    }

    /// <exception cref="MediaException">Frames outside the file or more of them than it can hold, nothing to hear, or too much.</exception>
    public void Check(long fileLength)
    {
        if (Bytes > fileLength || Runs.Exists(run => run.Offset < 0 || run.Offset > fileLength - run.Bytes))
        {
            throw new MediaException(MediaFault.Damaged);
        }

        // The stated times may lie; the frames cannot play faster than they were made for.
        Sounds.Checked((double)Sizes.Count * Config.FrameSamples / Config.SampleRate);
        Sounds.Checked((double)Duration / Timescale);
        Sounds.Checked(Seconds);
    }
}

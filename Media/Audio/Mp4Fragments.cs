namespace Postcard.Media.Audio;

/// <summary>Adds to a track what lies in fragments (<c>moof</c>), as browsers and some phones record.</summary>
internal sealed class Mp4Fragments
{
    private const uint HasBase = 1, HasDescription = 2, HasDuration = 8, HasSize = 0x10;
    private const uint RunHasOffset = 1, RunHasFirstFlags = 4, RunHasDurations = 0x100, RunHasSizes = 0x200, RunHasFlags = 0x400, RunHasShifts = 0x800;

    private readonly Mp4Track _track;
    private readonly uint _duration, _size;

    private Mp4Fragments(Mp4Track track, uint duration, uint size)
    {
        _track = track;
        _duration = duration;
        _size = size;
    }

    /// <summary>Null when the movie does not announce fragments of the track.</summary>
    public static Mp4Fragments? Of(Window file, Mp4Box movie, Mp4Track track)
    {
        if (movie.Find(file, "mvex"u8) is not { } extends)
        {
            return null;
        }

        for (var at = extends.Content; extends.TryNext(file, ref at, out var box);)
        {
            if (box.Is("trex"u8) && box.UInt32(file, 4) == track.Id)
            {
                return new Mp4Fragments(track, duration: box.UInt32(file, 12), size: box.UInt32(file, 16));
            }
        }

        return null;
    }

    public void Add(Window file, Mp4Box fragment)
    {
        for (var at = fragment.Content; fragment.TryNext(file, ref at, out var box);)
        {
            if (box.Is("traf"u8) && box.Get(file, "tfhd"u8) is var header && header.UInt32(file, 4) == _track.Id)
            {
                AddRuns(file, fragment, box, header);
            }
        }
    }

    private void AddRuns(Window file, Mp4Box fragment, Mp4Box track, Mp4Box header)
    {
        var flags = header.Flags(file);
        var at = 8L;
        var start = (flags & HasBase) != 0 ? (long)header.UInt64(file, Step(ref at, 8)) : fragment.Start;
        Step(ref at, (flags & HasDescription) != 0 ? 4 : 0);
        var duration = (flags & HasDuration) != 0 ? header.UInt32(file, Step(ref at, 4)) : _duration;
        var size = (flags & HasSize) != 0 ? header.UInt32(file, Step(ref at, 4)) : _size;
        var offset = start;
        for (var next = track.Content; track.TryNext(file, ref next, out var box);)
        {
            if (box.Is("trun"u8))
            {
                AddRun(file, box, start, ref offset, duration, size);
            }
        }
    }

    /// <param name="offset">Where the frames begin when the run does not say; then where they end.</param>
    private void AddRun(Window file, Mp4Box run, long start, ref long offset, uint duration, uint size)
    {
        var flags = run.Flags(file);
        var count = run.UInt32(file, 4);
        var at = 8L;
        if ((flags & RunHasOffset) != 0)
        {
            offset = start + (int)run.UInt32(file, Step(ref at, 4));
        }

        Step(ref at, (flags & RunHasFirstFlags) != 0 ? 4 : 0);
        for (var i = 0; i < count; i++)
        {
            var itsDuration = (flags & RunHasDurations) != 0 ? run.UInt32(file, Step(ref at, 4)) : duration;
            var itsSize = (flags & RunHasSizes) != 0 ? run.UInt32(file, Step(ref at, 4)) : size;
            Step(ref at, ((flags & RunHasFlags) != 0 ? 4 : 0) + ((flags & RunHasShifts) != 0 ? 4 : 0));
            _track.AddSize(itsSize);
            _track.AddRun(offset, itsSize);
            _track.AddDurations(1, itsDuration);
            offset += itsSize;
        }
    }

    private static long Step(ref long at, int bytes)
    {
        var from = at;
        at += bytes;
        return from;
    }
}

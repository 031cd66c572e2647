namespace Postcard.Media.Audio;

/// <summary>
/// Reads the sample table of a track that is not, or not only, in fragments. Each list is read to its end before the next,
/// since going to and fro between them would read the window anew each time.
/// </summary>
internal static class Mp4Samples
{
    public static void Read(Window file, Mp4Box table, Mp4Track track)
    {
        // The compact stz2 is for formats with tiny samples.
        var sizes = table.Find(file, "stsz"u8) ?? throw new MediaException(MediaFault.Unsupported);
        var count = sizes.UInt32(file, 8);
        if (count == 0)
        {
            return;
        }

        var sameSize = sizes.UInt32(file, 4);
        for (var i = 0L; i < count; i++)
        {
            track.AddSize(sameSize != 0 ? sameSize : sizes.UInt32(file, 12 + 4 * i));
        }

        ReadPlaces(file, table, track);
        ReadDurations(file, table.Get(file, "stts"u8), track);
    }

    private static void ReadPlaces(Window file, Mp4Box table, Mp4Track track)
    {
        var groups = ReadGroups(file, table.Get(file, "stsc"u8));
        var isLong = table.Find(file, "stco"u8) is null;
        var chunks = table.Get(file, isLong ? "co64"u8 : "stco"u8);
        var chunkCount = chunks.UInt32(file, 4);
        for (int chunk = 0, sample = 0, group = 0; sample < track.Sizes.Count; chunk++)
        {
            while (group + 1 < groups.Count && groups[group + 1].FirstChunk <= chunk)
            {
                group++;
            }

            if (chunk == chunkCount || groups.Count == 0 || groups[group].Samples == 0)
            {
                throw new MediaException(MediaFault.Damaged);
            }

            var bytes = 0L;
            for (var left = groups[group].Samples; left > 0 && sample < track.Sizes.Count; left--)
            {
                bytes += track.Sizes[sample++];
            }

            track.AddRun(isLong ? (long)chunks.UInt64(file, 8 + 8L * chunk) : chunks.UInt32(file, 8 + 4L * chunk), bytes);
        }
    }

    // From which chunk on, counted from 0, each chunk has how many samples.
    private static List<(long FirstChunk, uint Samples)> ReadGroups(Window file, Mp4Box box)
    {
        var groups = new List<(long, uint)>();
        var count = Math.Min(box.UInt32(file, 4), Mp4Track.MaxSamples);
        for (var i = 0; i < count; i++)
        {
            var at = 8 + 12L * i;
            if (box.UInt32(file, at + 8) != 1)
            {
                throw new MediaException(MediaFault.Unsupported);
            }

            groups.Add((box.UInt32(file, at) - 1L, box.UInt32(file, at + 4)));
        }

        return groups;
    }

    // Times that are missing are like the last one.
    private static void ReadDurations(Window file, Mp4Box times, Mp4Track track)
    {
        var entries = times.UInt32(file, 4);
        var rest = track.Sizes.Count;
        uint duration = 0;
        for (var i = 0L; i < entries && rest > 0; i++)
        {
            var count = (int)Math.Min(times.UInt32(file, 8 + 8 * i), (uint)rest);
            duration = times.UInt32(file, 12 + 8 * i);
            track.AddDurations(count, duration);
            rest -= count;
        }

        track.AddDurations(rest, duration);
    }
}

namespace Postcard.Media.Audio;

/// <summary>Finds the AAC track of an MP4 file, whole or in fragments.</summary>
internal static class Mp4Movie
{
    private const int MaxEdits = 100;

    /// <exception cref="MediaException">Damaged, no AAC track, a film, or too long.</exception>
    public static Mp4Track Read(Window file, CancellationToken cancel)
    {
        Mp4Track? track = null;
        Mp4Fragments? fragments = null;
        var isPicture = false;
        for (var at = 0L; Mp4Box.Whole(file).TryNext(file, ref at, out var box, cut: true);)
        {
            cancel.ThrowIfCancellationRequested();
            if (box.Is("moov"u8) && track is null)
            {
                track = ReadMovie(file, box);
                fragments = Mp4Fragments.Of(file, box, track);
            }
            else if (box.Is("moof"u8))
            {
                fragments?.Add(file, box);
            }

            isPicture |= box.Is("meta"u8);
        }

        if (track is null)
        {
            // HEIC and AVIF pictures have the same boxes, but no movie.
            throw new MediaException(isPicture ? MediaFault.Unsupported : MediaFault.Damaged);
        }

        track.FitEdits();
        track.Check(file.Length);
        return track;
    }

    private static Mp4Track ReadMovie(Window file, Mp4Box movie)
    {
        Mp4Track? found = null;
        for (var at = movie.Content; movie.TryNext(file, ref at, out var box);)
        {
            if (!box.Is("trak"u8))
            {
                continue;
            }

            var media = box.Get(file, "mdia"u8);
            var handler = media.Get(file, "hdlr"u8).UInt32(file, 8);
            if (handler == 0x76696465) // vide
            {
                RefuseFilm(file, media);
            }
            else if (handler == 0x736F756E && found is null) // soun
            {
                found = ReadTrack(file, movie, box, media);
            }
        }

        return found ?? throw new MediaException(MediaFault.Unsupported);
    }

    // A JPEG or PNG track is the cover of a song or of its chapters.
    private static void RefuseFilm(Window file, Mp4Box media)
    {
        var descriptions = SampleTable(file, media).Get(file, "stsd"u8);
        var at = descriptions.Content + 8;
        if (!descriptions.TryNext(file, ref at, out var entry) || !(entry.Is("jpeg"u8) || entry.Is("png "u8)))
        {
            throw new MediaException(MediaFault.Unsupported);
        }
    }

    private static Mp4Track? ReadTrack(Window file, Mp4Box movie, Mp4Box trak, Mp4Box media)
    {
        var table = SampleTable(file, media);
        if (ReadConfig(file, table.Get(file, "stsd"u8)) is not { } config)
        {
            return null;
        }

        var header = trak.Get(file, "tkhd"u8);
        var id = header.UInt32(file, header.Version(file) == 1 ? 20 : 12);
        var track = new Mp4Track(id, Timescale(file, media.Get(file, "mdhd"u8)), config);
        Mp4Samples.Read(file, table, track);
        if (trak.Find(file, "edts"u8)?.Find(file, "elst"u8) is { } edits)
        {
            ReadEdits(file, edits, track, Timescale(file, movie.Get(file, "mvhd"u8)));
        }

        return track;
    }

    private static Mp4Box SampleTable(Window file, Mp4Box media) => media.Get(file, "minf"u8).Get(file, "stbl"u8);

    // The same place in mvhd and mdhd. The bound keeps ten minutes within 32 bits.
    private static uint Timescale(Window file, Mp4Box header) =>
        header.UInt32(file, header.Version(file) == 1 ? 20 : 12) is > 0 and <= 7_000_000 and var timescale
            ? timescale
            : throw new MediaException(MediaFault.Damaged);

    private static AacConfig? ReadConfig(Window file, Mp4Box descriptions)
    {
        var at = descriptions.Content + 8;
        if (!descriptions.TryNext(file, ref at, out var entry) || !entry.Is("mp4a"u8))
        {
            return null;
        }

        // QuickTime's versions 1 and 2 of the entry have more fields, and wrap what follows.
        var fields = (entry.UInt32(file, 8) >> 16) switch { 1 => 44, 2 => 64, _ => 28 };
        if (entry.Size < fields)
        {
            throw new MediaException(MediaFault.Damaged);
        }

        var rest = entry with { Content = entry.Content + fields };
        var esds = rest.Find(file, "esds"u8) ?? rest.Find(file, "wave"u8)?.Find(file, "esds"u8) ?? throw new MediaException(MediaFault.Damaged);
        return AacConfig.Read(file.Read(esds.Content, (int)Math.Min(esds.Size, 1024))[Math.Min(4, (int)esds.Size)..]);
    }

    private static void ReadEdits(Window file, Mp4Box list, Mp4Track track, uint movieTimescale)
    {
        var isLong = list.Version(file) == 1;
        var count = list.UInt32(file, 4);
        for (var i = 0; i < count; i++)
        {
            if (i == MaxEdits)
            {
                throw new MediaException(MediaFault.Unsupported);
            }

            var at = 8 + i * (isLong ? 20 : 12);
            var duration = isLong ? list.UInt64(file, at) : list.UInt32(file, at);
            var start = isLong ? (long)list.UInt64(file, at + 8) : (int)list.UInt32(file, at + 4);

            // An edit that begins at -1 is a pause, which a sound alone does not need.
            if (start >= 0)
            {
                track.Edits.Add(new Mp4Edit(start, (long)((double)duration * track.Timescale / movieTimescale)));
            }
        }
    }
}

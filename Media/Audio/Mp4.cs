namespace Postcard.Media.Audio;

/// <summary>
/// Writes an M4A file anew around the AAC frames of another: the movie in front, so that players start at once, and nothing
/// that was not needed for playing: no names, places, dates, covers or other tracks.
/// </summary>
internal static class Mp4
{
    private const int ChunkSamples = 32;

    public static Sound Copy(Window file, Stream target, CancellationToken cancel)
    {
        var track = Mp4Movie.Read(file, cancel);
        var writer = new Mp4Writer();
        writer.Box("ftyp"u8, box => box.Raw("M4A "u8).UInt32(0).Raw("M4A mp42isom"u8));
        var chunkOffsets = 0;
        writer.Box("moov"u8, movie => WriteMovie(movie, track, out chunkOffsets));
        WriteChunkOffsets(writer, track, chunkOffsets, writer.Length + 8);
        writer.UInt32(8 + track.Bytes).Raw("mdat"u8);
        target.Write(writer.Written);
        foreach (var (offset, bytes) in track.Runs)
        {
            file.CopyTo(target, offset, bytes, cancel);
        }

        return new Sound("m4a", Sounds.Checked(track.Seconds));
    }

    private static void WriteMovie(Mp4Writer movie, Mp4Track track, out int chunkOffsets)
    {
        var played = track.Edits.Count > 0 ? track.Edits.Sum(edit => edit.Duration) : track.Duration;
        var offsets = 0;
        movie.FullBox("mvhd"u8, 0, box => Matrix(
            box.Zeros(8).UInt32(track.Timescale).UInt32(played).UInt32(0x00010000).UInt16(0x0100).Zeros(10)).Zeros(24).UInt32(2));
        movie.Box("trak"u8, trak =>
        {
            // Enabled, in the movie, in its preview; track 1, full volume.
            trak.FullBox("tkhd"u8, 7, box => Matrix(
                box.Zeros(8).UInt32(1).Zeros(4).UInt32(played).Zeros(12).UInt16(0x0100).Zeros(2)).Zeros(8));
            if (track.Edits.Count > 0)
            {
                trak.Box("edts"u8, edits => edits.FullBox("elst"u8, 0, box => WriteEdits(box, track)));
            }

            trak.Box("mdia"u8, media =>
            {
                media.FullBox("mdhd"u8, 0, box => box.Zeros(8).UInt32(track.Timescale).UInt32(track.Duration).UInt16(Undetermined).Zeros(2));
                media.FullBox("hdlr"u8, 0, box => box.Zeros(4).Raw("soun"u8).Zeros(13));
                media.Box("minf"u8, info =>
                {
                    info.FullBox("smhd"u8, 0, box => box.Zeros(4));
                    info.Box("dinf"u8, data => data.FullBox("dref"u8, 0, box => box.UInt32(1).FullBox("url "u8, 1, _ => { })));
                    info.Box("stbl"u8, table => WriteTable(table, track, out offsets));
                });
            });
        });
        chunkOffsets = offsets;
    }

    // The language code "und" in three times five bits.
    private const int Undetermined = 0x55C4;

    private static Mp4Writer Matrix(Mp4Writer box) =>
        box.UInt32(0x00010000).Zeros(12).UInt32(0x00010000).Zeros(12).UInt32(0x40000000);

    private static void WriteEdits(Mp4Writer box, Mp4Track track)
    {
        box.UInt32(track.Edits.Count);
        foreach (var (start, duration) in track.Edits)
        {
            box.UInt32(duration).UInt32(start).UInt32(0x00010000);
        }
    }

    private static void WriteTable(Mp4Writer table, Mp4Track track, out int chunkOffsets)
    {
        table.FullBox("stsd"u8, 0, box => box.UInt32(1).Box("mp4a"u8, entry => WriteEntry(entry, track.Config)));
        table.FullBox("stts"u8, 0, box =>
        {
            box.UInt32(track.Durations.Count);
            track.Durations.ForEach(run => box.UInt32(run.Count).UInt32(run.Duration));
        });
        var (whole, rest) = Math.DivRem(track.Sizes.Count, ChunkSamples);
        table.FullBox("stsc"u8, 0, box =>
        {
            box.UInt32((whole > 0 ? 1 : 0) + (rest > 0 ? 1 : 0));
            _ = whole > 0 ? box.UInt32(1).UInt32(ChunkSamples).UInt32(1) : box;
            _ = rest > 0 ? box.UInt32(whole + 1).UInt32(rest).UInt32(1) : box;
        });
        table.FullBox("stsz"u8, 0, box =>
        {
            box.UInt32(0).UInt32(track.Sizes.Count);
            track.Sizes.ForEach(size => box.UInt32(size));
        });
        var chunks = whole + (rest > 0 ? 1 : 0);
        chunkOffsets = table.Length + 16;
        table.FullBox("stco"u8, 0, box => box.UInt32(chunks).Zeros(4 * chunks));
    }

    private static void WriteEntry(Mp4Writer entry, AacConfig config)
    {
        var specific = config.Specific;
        entry.Zeros(6).UInt16(1).Zeros(8).UInt16(config.Channels).UInt16(16).Zeros(4).UInt32((long)config.OutputRate << 16);
        entry.FullBox("esds"u8, 0, box => box
            .Byte(3).Byte(3 + 2 + 13 + 2 + specific.Length + 3).UInt16(1).Byte(0)
            .Byte(4).Byte(13 + 2 + specific.Length).Byte(config.ObjectType).Byte(0x15).Zeros(11)
            .Byte(5).Byte(specific.Length).Raw(specific)
            .Byte(6).Byte(1).Byte(2));
    }

    private static void WriteChunkOffsets(Mp4Writer writer, Mp4Track track, int at, long offset)
    {
        for (var i = 0; i < track.Sizes.Count; i++)
        {
            if (i % ChunkSamples == 0)
            {
                writer.Patch(at + i / ChunkSamples * 4, (uint)offset);
            }

            offset += track.Sizes[i];
        }
    }
}

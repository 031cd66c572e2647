namespace Postcard.Media.Audio;

internal enum SoundFormat
{
    Wav,
    Mp3,
    Adts,
    Mp4,
}

internal static class SoundFormats
{
    /// <summary>Tells the format by the content alone.</summary>
    /// <exception cref="MediaException">None that is taken, or MP3 or AAC by its first bytes but without frames.</exception>
    public static SoundFormat Detect(Window file, CancellationToken cancel)
    {
        var start = file.Peek(0, 16);
        if (WavHeader.Recognizes(start))
        {
            return SoundFormat.Wav;
        }

        if (start.Length >= 8 && start[4..8].SequenceEqual("ftyp"u8))
        {
            return SoundFormat.Mp4;
        }

        if (start is [0x1A, 0x45, 0xDF, 0xA3, ..])
        {
            throw new MediaException(MediaFault.WebM);
        }

        if (IsOther(start))
        {
            throw new MediaException(MediaFault.Unsupported);
        }

        var claims = start.StartsWith("ID3"u8) || Mp3Header.TryRead(start, out _) || AdtsHeader.TryRead(start, out _);
        var mp3 = FirstFrame<Mp3Header>(file, cancel);
        var adts = FirstFrame<AdtsHeader>(file, cancel);
        return Math.Min(mp3, adts) == long.MaxValue
            ? throw new MediaException(claims ? MediaFault.Damaged : MediaFault.Unsupported)
            : mp3 < adts ? SoundFormat.Mp3 : SoundFormat.Adts;
    }

    // Formats that may hold MP3 or AAC frames in another wrapping, where the search for frames would find some.
    private static bool IsOther(ReadOnlySpan<byte> start) =>
        start.StartsWith("RIFF"u8) || start.StartsWith("RIFX"u8) || start.StartsWith("OggS"u8) || start.StartsWith("fLaC"u8)
        || start.StartsWith("FORM"u8) || start.StartsWith("caff"u8) || start.StartsWith("FLV"u8) || start.StartsWith("#!AMR"u8);

    private static long FirstFrame<T>(Window file, CancellationToken cancel) where T : struct, IFrameHeader<T>
    {
        var walker = new FrameWalker<T>(file, Tags.FindEnd(file), cancel);
        return walker.MoveNext() ? walker.Offset : long.MaxValue;
    }
}

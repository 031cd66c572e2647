namespace Postcard.Media.Audio;

internal static class Mp3
{
    /// <summary>
    /// Copies the frames of an MP3 file and nothing else. The header frame that tells players the length is kept while it is true,
    /// written anew when it is not, and added to a stream of varying bitrate that has none.
    /// </summary>
    public static Sound Copy(Window file, Stream target, CancellationToken cancel)
    {
        var end = Tags.FindEnd(file);
        var survey = new Survey();
        var walker = new FrameWalker<Mp3Header>(file, end, cancel);
        while (walker.MoveNext())
        {
            survey.Add(walker.Header, walker.Frame);
        }

        if (walker.GaveUp || survey.Frames == 0)
        {
            throw new MediaException(MediaFault.Damaged);
        }

        if (survey.NeedsInfo)
        {
            target.Write(Mp3Info.Write(survey.First, survey.Varies, survey.Frames, survey.Bytes, survey.Points));
        }

        walker = new FrameWalker<Mp3Header>(file, end, cancel);
        for (var skip = survey.DropsFirst; walker.MoveNext(); skip = false)
        {
            if (!skip)
            {
                target.Write(walker.Frame);
            }
        }

        return new Sound("mp3", Sounds.Checked(survey.Seconds));
    }

    /// <summary>What is known of a stream after all its frames were seen.</summary>
    private sealed class Survey
    {
        private Mp3Info? _info;
        private int _infoBytes;
        private bool _started;

        public Mp3Header First { get; private set; }

        /// <summary>Of audio.</summary>
        public long Frames { get; private set; }

        /// <summary>Of the audio frames.</summary>
        public long Bytes { get; private set; }

        /// <summary>The bitrate does.</summary>
        public bool Varies { get; private set; }

        public SeekPoints Points { get; } = new();

        public bool NeedsInfo => _info is null ? Varies : DropsFirst;

        public bool DropsFirst => _info is { } info && !info.Fits(Frames, Bytes + _infoBytes);

        public double Seconds => (double)(Frames * First.Samples - Padding) / First.SampleRate;

        // The padding of a stream that was cut or joined is elsewhere.
        private int Padding => _info is { } info && !DropsFirst && info.Padding < Frames * First.Samples ? info.Padding : 0;

        public void Add(Mp3Header header, ReadOnlySpan<byte> frame)
        {
            if (!_started)
            {
                _started = true;
                First = header;
                _info = Mp3Info.Read(frame, header);
                if (_info is not null)
                {
                    _infoBytes = frame.Length;
                    return;
                }
            }

            Points.Add(Frames++, Bytes);
            Bytes += frame.Length;
            Varies |= header.Bitrate != First.Bitrate;
            Sounds.Checked((double)Frames * header.Samples / header.SampleRate);
        }
    }
}

namespace Postcard.Media.Audio;

/// <summary>
/// Encodes interleaved PCM to MP3 at a constant bitrate that fits speech: one channel or two, at most 48 kHz. The first frame
/// is LAME's Info header, so that players know the exact length and cut the encoder's padding. LAME itself takes 0.4 dB off, so
/// that what was at full scale does not clip when it is decoded.
/// </summary>
internal sealed unsafe class Mp3Encoder : IDisposable
{
    private const int JointStereo = 1, Mono = 3;

    // One minute of 44.1 kHz stereo at 128 kbit/s takes 0.80 s at quality 3, which is the lame program's default, 0.65 s at 5,
    // which is ffmpeg's, and 0.40 s at 7, which does without noise shaping.
    private const int Quality = 5;

    private const int BlockFrames = 4 * 1024;

    // The worst case that lame.h gives for one call.
    private const int EncodedBytes = BlockFrames * 5 / 4 + 7200;

    private readonly byte[] _encoded;
    private readonly Stream _target;
    private readonly long _start;
    private readonly int _channels;
    private nint _lame;

    /// <param name="target">Seekable: the header is written over once the length is known. Stays open.</param>
    /// <param name="sampleRate">Hertz of the samples that come; a rate that MPEG does not have is resampled.</param>
    /// <param name="channels">1 or 2: of the samples that come.</param>
    /// <param name="mono">Two channels become one, their mean.</param>
    /// <exception cref="DllNotFoundException">libmp3lame is missing.</exception>
    public Mp3Encoder(Stream target, int sampleRate, int channels, bool mono = false)
    {
        if (Lame.Version is null)
        {
            throw new DllNotFoundException("libmp3lame was not found beside the program or in the system (Debian: libmp3lame0).");
        }

        _target = target;
        _start = target.Position;
        _channels = channels;
        var single = mono || channels == 1;
        var rate = OutputRate(sampleRate);
        _lame = Lame.lame_init();
        if (_lame is 0)
        {
            throw new OutOfMemoryException("LAME found no memory.");
        }

        _encoded = Buffers.Pool.Rent(EncodedBytes);
        Lame.lame_set_errorf(_lame, 0);
        Lame.lame_set_debugf(_lame, 0);
        Lame.lame_set_msgf(_lame, 0);
        Lame.lame_set_in_samplerate(_lame, sampleRate);
        Lame.lame_set_out_samplerate(_lame, rate);
        Lame.lame_set_num_channels(_lame, channels);
        Lame.lame_set_mode(_lame, single ? Mono : JointStereo);
        Lame.lame_set_brate(_lame, Kilobits(rate, single));
        Lame.lame_set_quality(_lame, Quality);
        if (Lame.lame_init_params(_lame) < 0)
        {
            Dispose();
            throw new ArgumentException($"LAME does not take {channels} channels at {sampleRate} Hz.");
        }
    }

    /// <param name="samples">Interleaved, whole frames.</param>
    public void Write(ReadOnlySpan<short> samples)
    {
        while (!samples.IsEmpty)
        {
            var block = samples[..Math.Min(samples.Length, BlockFrames * _channels)];
            fixed (short* from = block)
            fixed (byte* to = _encoded)
            {
                Put(_channels == 1
                    ? Lame.lame_encode_buffer(_lame, from, from, block.Length, to, _encoded.Length)
                    : Lame.lame_encode_buffer_interleaved(_lame, from, block.Length / 2, to, _encoded.Length));
            }

            samples = samples[block.Length..];
        }
    }

    /// <param name="samples">Interleaved, whole frames, ±1; what is louder is for the caller to clamp.</param>
    public void Write(ReadOnlySpan<float> samples)
    {
        while (!samples.IsEmpty)
        {
            var block = samples[..Math.Min(samples.Length, BlockFrames * _channels)];
            fixed (float* from = block)
            fixed (byte* to = _encoded)
            {
                Put(_channels == 1
                    ? Lame.lame_encode_buffer_ieee_float(_lame, from, from, block.Length, to, _encoded.Length)
                    : Lame.lame_encode_buffer_interleaved_ieee_float(_lame, from, block.Length / 2, to, _encoded.Length));
            }

            samples = samples[block.Length..];
        }
    }

    /// <summary>Writes what LAME still holds and, over the first frame, the header with the length.</summary>
    public void Finish()
    {
        fixed (byte* to = _encoded)
        {
            Put(Lame.lame_encode_flush(_lame, to, _encoded.Length));
            var header = (int)Lame.lame_get_lametag_frame(_lame, to, (nuint)_encoded.Length);
            var end = _target.Position;
            _target.Position = _start;
            Put(header);
            _target.Position = end;
        }
    }

    public void Dispose()
    {
        if (_lame is not 0)
        {
            Lame.lame_close(_lame);
            _lame = 0;
            Buffers.Pool.Return(_encoded);
        }
    }

    private void Put(int count)
    {
        ObjectDisposedException.ThrowIf(_lame is 0, this);
        if (count < 0)
        {
            throw new InvalidOperationException($"LAME failed with {count}.");
        }

        _target.Write(_encoded, 0, count);
    }

    // 88.2 kHz is twice 44.1; all else that MPEG does not have goes to the next rate that it has.
    private static int OutputRate(int rate) => rate switch
    {
        <= 8000 => 8000,
        <= 11025 => 11025,
        <= 12000 => 12000,
        <= 16000 => 16000,
        <= 22050 => 22050,
        <= 24000 => 24000,
        <= 32000 => 32000,
        <= 44100 or 88200 => 44100,
        _ => 48000,
    };

    // About three bits per sample up to 16 kHz and two at 48, where the upper octave holds little of a voice. Not lower at the
    // low rates: a frame must have the 170 bytes or so of the Info header, else LAME leaves it out.
    private static int Kilobits(int rate, bool mono) => (rate, mono) switch
    {
        (<= 8000, true) => 24,
        (<= 12000, true) => 32,
        (<= 16000, true) => 48,
        (<= 24000, true) => 64,
        (<= 32000, true) => 80,
        (_, true) => 96,
        (<= 8000, false) => 40,
        (<= 12000, false) => 56,
        (<= 16000, false) => 80,
        (<= 24000, false) => 96,
        (<= 32000, false) => 112,
        (_, false) => 128,
    };
}

using System.Buffers.Binary;

namespace Postcard.Media.Audio;

/// <summary>
/// What the frame without audio says that encoders put in front of an MP3 stream: Xing or Info with LAME's extension, or
/// Fraunhofer's VBRI. Players take length and seek positions from it.
/// </summary>
/// <param name="Frames">Of audio; 0 when it does not say.</param>
/// <param name="Bytes">Of the stream, this frame included; 0 when it does not say.</param>
/// <param name="Padding">Samples that gapless players cut, at both ends together.</param>
internal readonly record struct Mp3Info(long Frames, long Bytes, int Padding)
{
    private const uint HasFrames = 1, HasBytes = 2, HasToc = 4, HasQuality = 8;
    private const int TocSize = 100, VbriOffset = 36;
    private const int LameDelayOffset = 21;

    /// <summary>Null when the frame is one of audio.</summary>
    public static Mp3Info? Read(ReadOnlySpan<byte> frame, Mp3Header header)
    {
        // Where a checksum follows the header, writers disagree on whether it moves the rest.
        var offset = Mp3Header.Bytes + header.SideInfoSize;
        return ReadXing(frame, offset) ?? ReadXing(frame, offset + 2) ?? ReadVbri(frame);
    }

    /// <summary>Whether it says of the stream what the stream is; some writers count their own frame.</summary>
    public bool Fits(long frames, long bytes) => Math.Abs(Frames - frames) <= 1 && Math.Abs(Bytes - bytes) <= 4096;

    /// <summary>Makes a Xing frame for a stream that has none, or a wrong one.</summary>
    /// <param name="first">A header of the stream.</param>
    /// <param name="varies">Whether the bitrate does.</param>
    /// <param name="bytes">Of the audio frames.</param>
    public static byte[] Write(Mp3Header first, bool varies, long frames, long bytes, SeekPoints points)
    {
        var offset = Mp3Header.Bytes + first.SideInfoSize;
        var header = first.WithBitrate(first.BitrateIndex);
        for (var index = first.BitrateIndex; header.Size < offset + 16 + TocSize; index++)
        {
            header = first.WithBitrate(index);
        }

        var frame = new byte[header.Size];
        BinaryPrimitives.WriteUInt32BigEndian(frame, header.Bits);
        var xing = frame.AsSpan(offset);
        (varies ? "Xing"u8 : "Info"u8).CopyTo(xing);
        BinaryPrimitives.WriteUInt32BigEndian(xing[4..], HasFrames | HasBytes | HasToc);
        BinaryPrimitives.WriteUInt32BigEndian(xing[8..], (uint)frames);
        BinaryPrimitives.WriteUInt32BigEndian(xing[12..], (uint)(bytes + frame.Length));
        for (var percent = 0; percent < TocSize; percent++)
        {
            var at = frame.Length + points.OffsetOf(frames * percent / TocSize);
            xing[16 + percent] = (byte)(at * 256 / (bytes + frame.Length));
        }

        return frame;
    }

    private static Mp3Info? ReadXing(ReadOnlySpan<byte> frame, int offset)
    {
        if (frame.Length < offset + 8 || frame[offset..] is var xing && !xing.StartsWith("Xing"u8) && !xing.StartsWith("Info"u8))
        {
            return null;
        }

        var flags = BinaryPrimitives.ReadUInt32BigEndian(frame[(offset + 4)..]);
        var rest = frame[(offset + 8)..];
        var frames = (flags & HasFrames) != 0 ? TakeUInt32(ref rest) : 0;
        var bytes = (flags & HasBytes) != 0 ? TakeUInt32(ref rest) : 0;
        Skip(ref rest, ((flags & HasToc) != 0 ? TocSize : 0) + ((flags & HasQuality) != 0 ? 4 : 0));
        return new Mp3Info(frames, bytes, ReadPadding(rest));
    }

    private static int ReadPadding(ReadOnlySpan<byte> lame) =>
        lame.Length >= LameDelayOffset + 3 && (lame.StartsWith("LAME"u8) || lame.StartsWith("Lav"u8) || lame.StartsWith("L3.99"u8))
            ? (lame[LameDelayOffset] << 4 | lame[LameDelayOffset + 1] >> 4) + ((lame[LameDelayOffset + 1] & 15) << 8 | lame[LameDelayOffset + 2])
            : 0;

    private static Mp3Info? ReadVbri(ReadOnlySpan<byte> frame) =>
        frame.Length >= VbriOffset + 18 && frame[VbriOffset..].StartsWith("VBRI"u8)
            ? new Mp3Info(
                Frames: BinaryPrimitives.ReadUInt32BigEndian(frame[(VbriOffset + 14)..]),
                Bytes: BinaryPrimitives.ReadUInt32BigEndian(frame[(VbriOffset + 10)..]),
                Padding: 0)
            : null;

    private static uint TakeUInt32(ref ReadOnlySpan<byte> bytes)
    {
        var value = bytes.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(bytes);
        Skip(ref bytes, 4);
        return value;
    }

    private static void Skip(ref ReadOnlySpan<byte> bytes, int count) => bytes = bytes[Math.Min(count, bytes.Length)..];
}

/// <summary>Where frames begin, for about every hundredth of a stream whose length is not known before its end.</summary>
internal sealed class SeekPoints
{
    private readonly long[] _offsets = new long[512];
    private long _stride = 1;
    private int _count;

    /// <param name="frame">Counts up from 0.</param>
    public void Add(long frame, long offset)
    {
        if (frame % _stride != 0)
        {
            return;
        }

        if (_count == _offsets.Length)
        {
            // Every second point goes; the frame at hand is at an even place, so it stays.
            for (var i = 0; i < _count / 2; i++)
            {
                _offsets[i] = _offsets[2 * i];
            }

            _count /= 2;
            _stride *= 2;
        }

        _offsets[_count++] = offset;
    }

    public long OffsetOf(long frame) => _offsets[Math.Min(frame / _stride, _count - 1)];
}

using System.Buffers.Binary;

namespace Postcard.Media.Audio;

/// <summary>Where the samples of a WAV file lie and what they are.</summary>
/// <param name="SampleBytes">Bytes of one sample of one channel: 1 to 4 for integers, 4 or 8 for floats.</param>
/// <param name="Offset">Of the first sample, in bytes.</param>
/// <param name="Frames">Samples per channel.</param>
internal sealed record WavHeader(int SampleRate, int Channels, int SampleBytes, bool IsFloat, long Offset, long Frames)
{
    private const int MaxChunks = 1000;
    private const ushort Pcm = 1, Float = 3, Extensible = 0xFFFE;
    private const int MinRate = 8000, MaxRate = 96000;

    public int FrameBytes => Channels * SampleBytes;

    public static bool Recognizes(ReadOnlySpan<byte> start) =>
        start.Length >= 12
        && (start.StartsWith("RIFF"u8) || start.StartsWith("RF64"u8) || start.StartsWith("BW64"u8))
        && start[8..12].SequenceEqual("WAVE"u8);

    /// <exception cref="MediaException">Not PCM or float, another rate or number of channels, or no samples.</exception>
    public static WavHeader Read(Window file)
    {
        WavHeader? format = null;
        long longSize = 0, offset = 12;
        for (var chunk = 0; chunk < MaxChunks; chunk++)
        {
            var header = file.Read(offset, 8);
            var size = (long)BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
            if (header.StartsWith("data"u8))
            {
                return format is null
                    ? throw new MediaException(MediaFault.Damaged)
                    : format.WithSamples(offset + 8, SamplesSize(file, offset + 8, size, longSize));
            }

            if (header.StartsWith("fmt "u8))
            {
                format = ReadFormat(file.Peek(offset + 8, (int)Math.Min(size, 40)));
            }
            else if (header.StartsWith("ds64"u8) && size >= 16)
            {
                longSize = BinaryPrimitives.ReadInt64LittleEndian(file.Read(offset + 16, 8));
            }

            offset = NextChunk(file, offset + 8 + size);
        }

        throw new MediaException(MediaFault.Damaged);
    }

    private static WavHeader ReadFormat(ReadOnlySpan<byte> format)
    {
        if (format.Length < 16)
        {
            throw new MediaException(MediaFault.Damaged);
        }

        var tag = BinaryPrimitives.ReadUInt16LittleEndian(format);
        if (tag == Extensible && format.Length == 40 && format[26..].SequenceEqual(ExtensibleTail))
        {
            tag = BinaryPrimitives.ReadUInt16LittleEndian(format[24..]);
        }

        int channels = BinaryPrimitives.ReadUInt16LittleEndian(format[2..]);
        var rate = BinaryPrimitives.ReadUInt32LittleEndian(format[4..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(format[14..]);
        var known = tag switch { Pcm => bits is >= 8 and <= 32, Float => bits is 32 or 64, _ => false };
        if (!known || channels is not (1 or 2) || rate is < MinRate or > MaxRate)
        {
            throw new MediaException(MediaFault.Unsupported);
        }

        return new WavHeader((int)rate, channels, SampleSize(format, tag, channels, bits), tag == Float, 0, 0);
    }

    // Samples may lie in more bytes than they need, in the upper ones. Only where both numbers that tell so agree: many writers
    // fill in neither.
    private static int SampleSize(ReadOnlySpan<byte> format, ushort tag, int channels, int bits)
    {
        var rate = BinaryPrimitives.ReadUInt32LittleEndian(format[4..]);
        var perSecond = BinaryPrimitives.ReadUInt32LittleEndian(format[8..]);
        int perFrame = BinaryPrimitives.ReadUInt16LittleEndian(format[12..]);
        var needed = (bits + 7) / 8;
        var stated = perFrame / channels;
        var isStated = tag == Pcm && stated > needed && stated <= 4 && perFrame % channels == 0 && perSecond == rate * perFrame;
        return isStated ? stated : needed;
    }

    // What follows the format's number in the GUIDs KSDATAFORMAT_SUBTYPE_PCM and _IEEE_FLOAT.
    private static ReadOnlySpan<byte> ExtensibleTail => [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    // Recorders that stream leave the size at 0, at all ones or at what they guessed first: then the samples go on to the end
    // of the file, unless what follows the stated size, or the size in the file's first header, confirms it.
    private static long SamplesSize(Window file, long offset, long size, long longSize)
    {
        var rest = file.Length - offset;
        if (size == uint.MaxValue && longSize > 0)
        {
            size = longSize;
        }

        if (size >= rest)
        {
            return rest;
        }

        var end = offset + size;
        var stated = 8L + BinaryPrimitives.ReadUInt32LittleEndian(file.Read(4, 4));
        var confirmed = IsChunk(file, end) || IsChunk(file, end + (size & 1)) || (size > 0 && stated >= end && stated <= file.Length);
        return confirmed ? size : rest;
    }

    // Chunks are padded to even sizes, which some writers forget.
    private static long NextChunk(Window file, long end) => (end & 1) == 0 || !IsChunk(file, end + 1) && IsChunk(file, end) ? end : end + 1;

    private static bool IsChunk(Window file, long offset)
    {
        var header = file.Peek(offset, 8);
        return header.Length == 8
            && !header[..4].ContainsAnyExceptInRange((byte)' ', (byte)'~')
            && BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) <= file.Length - offset - 8;
    }

    private WavHeader WithSamples(long offset, long size) => size / FrameBytes is > 0 and var frames
        ? this with { Offset = offset, Frames = frames }
        : throw new MediaException(MediaFault.Damaged);
}

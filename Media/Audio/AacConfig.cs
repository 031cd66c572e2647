namespace Postcard.Media.Audio;

/// <summary>How the AAC frames of an MP4 track are to be decoded.</summary>
/// <param name="Specific">The AudioSpecificConfig as recorded (ISO 14496-3, 1.6.2.1).</param>
/// <param name="ObjectType">0x40 for MPEG-4, 0x66 to 0x68 for MPEG-2.</param>
/// <param name="SampleRate">Hertz of the core coder, which HE-AAC doubles.</param>
/// <param name="FrameSamples">Of the core coder, per frame.</param>
/// <param name="OutputRate">Hertz of what is heard, as far as it is stated.</param>
internal sealed record AacConfig(byte[] Specific, byte ObjectType, int SampleRate, int FrameSamples, int OutputRate, int Channels)
{
    private const int MaxSpecificBytes = 64;
    private const byte EsTag = 3, DecoderConfigTag = 4, SpecificTag = 5;
    private const int LowDelay = 23, EnhancedLowDelay = 39, Sbr = 5, ParametricStereo = 29;

    /// <summary>Reads the descriptors of an <c>esds</c> box, without its version and flags.</summary>
    /// <exception cref="MediaException">Damaged, or not AAC.</exception>
    public static AacConfig Read(ReadOnlySpan<byte> esds)
    {
        var es = Enter(ref esds, EsTag);
        var flags = Take(ref es, 3)[2];
        Take(ref es, (flags & 0x80) != 0 ? 2 : 0);
        Take(ref es, (flags & 0x40) != 0 ? Take(ref es, 1)[0] : 0);
        Take(ref es, (flags & 0x20) != 0 ? 2 : 0);
        var decoder = Enter(ref es, DecoderConfigTag);
        var objectType = Take(ref decoder, 13)[0];
        if (objectType is not (0x40 or 0x66 or 0x67 or 0x68))
        {
            throw new MediaException(MediaFault.Unsupported);
        }

        var specific = Enter(ref decoder, SpecificTag);
        return specific.Length > MaxSpecificBytes ? throw new MediaException(MediaFault.Damaged) : Parse(specific, objectType);
    }

    private static AacConfig Parse(ReadOnlySpan<byte> specific, byte objectType)
    {
        var bits = new Bits(specific);
        var kind = ReadKind(ref bits);
        var rate = ReadRate(ref bits);
        var output = rate;
        var channels = bits.Take(4);
        if (kind is Sbr or ParametricStereo)
        {
            channels = kind == ParametricStereo ? 2 : channels;
            output = ReadRate(ref bits);
            kind = ReadKind(ref bits);
        }

        var isShort = bits.Take(1) != 0;
        var samples = kind switch
        {
            >= 1 and <= 4 => isShort ? 960 : 1024,
            LowDelay or EnhancedLowDelay => isShort ? 480 : 512,
            _ => throw new MediaException(MediaFault.Unsupported),
        };
        return rate is >= 7350 and <= 96000
            ? new AacConfig(specific.ToArray(), objectType, rate, samples, output <= ushort.MaxValue ? output : 0, channels)
            : throw new MediaException(MediaFault.Damaged);
    }

    private static int ReadKind(ref Bits bits) => bits.Take(5) is var kind and not 31 ? kind : 32 + bits.Take(6);

    private static int ReadRate(ref Bits bits)
    {
        var index = bits.Take(4);
        return index == 15 ? bits.Take(24) : index < AdtsHeader.Rates.Length ? AdtsHeader.Rates[index] : throw new MediaException(MediaFault.Damaged);
    }

    // The length has seven bits to a byte, all but the last with the high bit set.
    private static ReadOnlySpan<byte> Enter(ref ReadOnlySpan<byte> bytes, byte tag)
    {
        if (Take(ref bytes, 1)[0] != tag)
        {
            throw new MediaException(MediaFault.Damaged);
        }

        var length = 0;
        for (var i = 0; i < 4; i++)
        {
            var part = Take(ref bytes, 1)[0];
            length = length << 7 | part & 0x7F;
            if (part < 0x80)
            {
                break;
            }
        }

        return Take(ref bytes, length);
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int count)
    {
        if (count > bytes.Length)
        {
            throw new MediaException(MediaFault.Damaged);
        }

        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }

    private ref struct Bits(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _at;

        public int Take(int count)
        {
            var value = 0;
            for (; count > 0; count--, _at++)
            {
                if (_at >> 3 >= _bytes.Length)
                {
                    throw new MediaException(MediaFault.Damaged);
                }

                value = value << 1 | _bytes[_at >> 3] >> (7 - (_at & 7)) & 1;
            }

            return value;
        }
    }
}

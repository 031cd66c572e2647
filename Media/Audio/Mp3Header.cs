using System.Buffers.Binary;

namespace Postcard.Media.Audio;

/// <summary>The four bytes in front of an MPEG 1, 2 or 2.5 layer III frame. Free format is not taken: its frames have no stated size.</summary>
internal readonly record struct Mp3Header(uint Bits) : IFrameHeader<Mp3Header>
{
    public const int Bytes = 4;

    private const uint SyncAndVersion = 0xFFF80000, Layer = 0x00060000, Layer3 = 0x00020000, Rate = 0x00000C00;

    private static readonly int[] Rates = [44100, 48000, 32000];
    private static readonly int[] Kilobits1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    private static readonly int[] Kilobits2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

    public bool IsMpeg1 => Version == 3;

    public bool IsMono => (Bits >> 6 & 3) == 3;

    public int SampleRate => Rates[Bits >> 10 & 3] >> (Version switch { 3 => 0, 2 => 1, _ => 2 });

    public int Samples => IsMpeg1 ? 1152 : 576;

    public int BitrateIndex => (int)(Bits >> 12 & 15);

    /// <summary>In kbit/s.</summary>
    public int Bitrate => (IsMpeg1 ? Kilobits1 : Kilobits2)[BitrateIndex];

    public int Size => Samples / 8 * Bitrate * 1000 / SampleRate + (int)(Bits >> 9 & 1);

    /// <summary>Bytes between the header and the audio, without the checksum that may stand before them.</summary>
    public int SideInfoSize => (IsMpeg1, IsMono) switch { (true, false) => 32, (false, true) => 9, _ => 17 };

    private uint Version => Bits >> 19 & 3;

    public static bool TryRead(ReadOnlySpan<byte> bytes, out Mp3Header header)
    {
        header = bytes.Length < Bytes ? default : new Mp3Header(BinaryPrimitives.ReadUInt32BigEndian(bytes));
        return header.Bits >> 21 == 0x7FF
            && header.Version != 1
            && (header.Bits & Layer) == Layer3
            && header.BitrateIndex is > 0 and < 15
            && (header.Bits >> 10 & 3) != 3;
    }

    public bool Continues(Mp3Header other) =>
        ((Bits ^ other.Bits) & (SyncAndVersion | Layer | Rate)) == 0 && IsMono == other.IsMono;

    /// <summary>The header of a frame of the same stream: without checksum, padding and intensity, and at another bitrate.</summary>
    public Mp3Header WithBitrate(int index) => new(Bits & 0xFFFE0CC0 | 0x00010000 | (uint)index << 12);
}

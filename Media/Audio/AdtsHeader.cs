namespace Postcard.Media.Audio;

/// <summary>The seven or nine bytes in front of an AAC frame (ISO 14496-3, 1.A.2.2).</summary>
internal readonly record struct AdtsHeader(int Profile, int RateIndex, int Channels, int Size, int Blocks) : IFrameHeader<AdtsHeader>
{
    private const int Bytes = 7, SamplesPerBlock = 1024;

    /// <summary>By the index that all AAC headers use, in hertz.</summary>
    public static readonly int[] Rates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

    // HE-AAC hides its doubled rate: half the rate and half the samples are stated, and the duration comes out right.
    public int SampleRate => Rates[RateIndex];

    public int Samples => Blocks * SamplesPerBlock;

    public static bool TryRead(ReadOnlySpan<byte> bytes, out AdtsHeader header)
    {
        header = default;
        if (bytes.Length < Bytes || bytes[0] != 0xFF || (bytes[1] & 0xF6) != 0xF0)
        {
            return false;
        }

        var headerSize = (bytes[1] & 1) != 0 ? Bytes : Bytes + 2;
        header = new AdtsHeader(
            Profile: bytes[2] >> 6,
            RateIndex: bytes[2] >> 2 & 15,
            Channels: (bytes[2] & 1) << 2 | bytes[3] >> 6,
            Size: (bytes[3] & 3) << 11 | bytes[4] << 3 | bytes[5] >> 5,
            Blocks: (bytes[6] & 3) + 1);
        return header.RateIndex < Rates.Length && header.Size > headerSize;
    }

    public bool Continues(AdtsHeader other) =>
        Profile == other.Profile && RateIndex == other.RateIndex && Channels == other.Channels;
}

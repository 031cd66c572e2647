using System.Buffers.Binary;
using System.Buffers.Text;

namespace Postcard.Media.Audio;

/// <summary>Tags beside the frames of a stream: ID3v1, ID3v2, APE and Lyrics3. They hold names and places and are never copied.</summary>
internal static class Tags
{
    private const int Id3v1Size = 128, ApeHeaderSize = 32, Lyrics3FooterSize = 15;
    private const int MaxTagsAtBack = 16;

    /// <summary>Bytes of the ID3v2 or APE tag that begins here; 0 when none does.</summary>
    public static long SizeAtFront(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 10 && bytes.StartsWith("ID3"u8) && ((bytes[6] | bytes[7] | bytes[8] | bytes[9]) & 0x80) == 0)
        {
            var footer = (bytes[5] & 0x10) != 0 ? 10 : 0;
            return 10 + (bytes[6] << 21 | bytes[7] << 14 | bytes[8] << 7 | bytes[9]) + footer;
        }

        return bytes.Length >= ApeHeaderSize && bytes.StartsWith("APETAGEX"u8)
            ? ApeHeaderSize + BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..])
            : 0;
    }

    /// <summary>Where the tags at the end of the file begin, or the file's length.</summary>
    public static long FindEnd(Window file)
    {
        var end = file.Length;
        for (var tags = 0; tags < MaxTagsAtBack && SizeAtBack(file, end) is > 0 and var size && size <= end; tags++)
        {
            end -= size;
        }

        return end;
    }

    private static long SizeAtBack(Window file, long end)
    {
        if (end >= Id3v1Size && file.Read(end - Id3v1Size, 3).SequenceEqual("TAG"u8))
        {
            return Id3v1Size;
        }

        if (end >= ApeHeaderSize && file.Read(end - ApeHeaderSize, ApeHeaderSize) is var ape && ape.StartsWith("APETAGEX"u8))
        {
            var hasHeader = ape[23] >> 7;
            return BinaryPrimitives.ReadUInt32LittleEndian(ape[12..]) + hasHeader * ApeHeaderSize;
        }

        if (end >= Lyrics3FooterSize && file.Read(end - Lyrics3FooterSize, Lyrics3FooterSize) is var lyrics
            && lyrics.EndsWith("LYRICS200"u8) && Utf8Parser.TryParse(lyrics[..6], out int size, out var digits) && digits == 6 && size > 0)
        {
            return size + Lyrics3FooterSize;
        }

        return 0;
    }
}

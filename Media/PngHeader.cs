namespace Postcard.Media;

/// <summary>The IHDR chunk, which the standard puts first, and what the chunks behind it unpack to.</summary>
internal static class PngHeader
{
    private const long MaxPixels = 100_000_000;

    /// <summary>libpng unpacks texts and profiles up to this size each, and keeps a thousand of them.</summary>
    private const long MaxUnpackedBytes = 8_000_000;

    /// <summary>Deflate at its best.</summary>
    private const long MostUnpacked = 1032;

    /// <summary>libpng's copy, libvips' and what growing them takes: measured, 30 MB for a text of 8.</summary>
    private const long Copies = 4;

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static PictureHeader Read(HeaderReader reader)
    {
        reader.Position = Signature.Length;
        if (reader.BigUInt32() != 13 || !reader.Take(4).SequenceEqual("IHDR"u8))
        {
            throw new MediaException(MediaFault.Damaged);
        }

        long width = reader.BigUInt32(), height = reader.BigUInt32();
        int depth = reader.Byte(), colour = reader.Byte();
        reader.Take(2);
        var interlaced = reader.Byte() != 0;
        var bytesPerPixel = BytesPerPixel(colour, depth);
        var header = interlaced
            ? PictureHeader.Whole(PictureKind.Png, width, height, MaxPixels, bytesPerPixel)
            : PictureHeader.Rows(PictureKind.Png, width, height, MaxPixels, bytesPerPixel);
        reader.Position += sizeof(uint);
        return header with { DecodeBytes = header.DecodeBytes + MetadataBytes(reader) };
    }

    /// <summary>What texts and profiles may take at most; a file of 250 kB can hold a gigabyte of them.</summary>
    private static long MetadataBytes(HeaderReader reader)
    {
        long total = 0;
        while (reader.Position + 8 <= reader.Length)
        {
            long length = reader.BigUInt32();
            var type = reader.Take(4);
            if (type.SequenceEqual("IEND"u8))
            {
                break;
            }

            if (type.SequenceEqual("zTXt"u8) || type.SequenceEqual("iCCP"u8) || (type.SequenceEqual("iTXt"u8) && IsPacked(reader, length)))
            {
                total += Copies * Math.Min(length * MostUnpacked, MaxUnpackedBytes);
            }
            else if (!type.SequenceEqual("IDAT"u8))
            {
                total += Copies * Math.Min(length, MaxUnpackedBytes);
            }

            // The check sum follows the content.
            reader.Position += length + sizeof(uint);
        }

        return total;
    }

    /// <summary>A keyword of up to 79 bytes and its zero stand before the flag.</summary>
    private static bool IsPacked(HeaderReader reader, long length)
    {
        var start = reader.Peek((int)Math.Min(length, 81));
        var end = start.IndexOf((byte)0);
        return end < 0 || end + 1 >= start.Length || start[end + 1] != 0;
    }

    /// <summary>As libvips holds them: palettes resolved with alpha, fewer than 8 bits widened.</summary>
    private static int BytesPerPixel(int colour, int depth)
    {
        var bands = colour switch { 0 => 1, 4 => 2, 2 => 3, _ => 4 };
        return bands * (depth == 16 ? 2 : 1);
    }
}

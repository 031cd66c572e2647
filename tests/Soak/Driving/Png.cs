using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Soak.Driving;

/// <summary>Pictures with some detail, without a library for pictures.</summary>
internal static class Png
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(n =>
    {
        var value = (uint)n;
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
        }

        return value;
    })];

    public static byte[] Make(int width, int height, int seed)
    {
        var random = new Random(seed);
        var (fx, fy, tone) = (random.Next(1, 9), random.Next(1, 9), random.Next(256));
        using var pixels = new MemoryStream();
        using (var deflate = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                deflate.WriteByte(0);
                for (var x = 0; x < width; x++)
                {
                    deflate.Write([(byte)((x * fx) + random.Next(8)), (byte)(y * fy), (byte)(tone + (x * y / 64))]);
                }
            }
        }

        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), height);
        (head[8], head[9]) = (8, 2);
        using var png = new MemoryStream();
        png.Write([0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n']);
        Write(png, "IHDR", head);
        Write(png, "IDAT", pixels.ToArray());
        Write(png, "IEND", []);
        return png.ToArray();
    }

    private static void Write(MemoryStream png, string name, byte[] content)
    {
        byte[] chunk = [.. Encoding.ASCII.GetBytes(name), .. content];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        png.Write(chunk);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~chunk.Aggregate(uint.MaxValue, (sum, each) => Table[(byte)(sum ^ each)] ^ (sum >> 8)));
        png.Write(number);
    }
}

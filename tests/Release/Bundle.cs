using System.Buffers.Binary;
using System.Text;

namespace Release;

/// <param name="Machine">The ELF machine of a native library, 62 for x86-64 and 183 for AArch64; null for what is not ELF.</param>
internal sealed record BundledFile(string Name, long Size, ushort? Machine);

/// <summary>Reads the list of files inside a .NET single-file program (bundle format 6).</summary>
internal static class Bundle
{
    // SHA-256 of ".net core bundle"; the eight bytes before it hold the position of the manifest.
    private static readonly byte[] Signature =
        Convert.FromHexString("8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae");

    public static ushort Machine(ReadOnlySpan<byte> elf) => BinaryPrimitives.ReadUInt16LittleEndian(elf[18..]);

    public static IReadOnlyList<BundledFile> Read(byte[] program)
    {
        var signature = program.AsSpan().IndexOf(Signature);
        Checks.That(signature > 0, "it is no single-file program");
        using var reader = new BinaryReader(new MemoryStream(program), Encoding.UTF8);
        reader.BaseStream.Position = BinaryPrimitives.ReadInt64LittleEndian(program.AsSpan(signature - 8));
        var (major, _, count) = (reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadInt32());
        Checks.Equal(6u, major, "bundle format");
        reader.ReadString();
        reader.BaseStream.Position += 5 * sizeof(long);

        var files = new List<BundledFile>(count);
        for (var i = 0; i < count; i++)
        {
            var (offset, size, _, _) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadByte());
            var head = program.AsSpan((int)offset, (int)Math.Min(size, 20));
            files.Add(new(reader.ReadString(), size, head.StartsWith("\u007fELF"u8) ? Machine(head) : null));
        }

        return files;
    }
}

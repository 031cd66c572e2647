using System.Buffers.Binary;

namespace Postcard.Media.Audio;

/// <summary>One box of an MP4 file (ISO 14496-12).</summary>
/// <param name="Type">Its four characters, big-endian.</param>
/// <param name="Start">Of the header, in bytes of the file.</param>
/// <param name="Content">Of what follows the header.</param>
internal readonly record struct Mp4Box(uint Type, long Start, long Content, long End)
{
    public long Size => End - Content;

    public bool Is(ReadOnlySpan<byte> type) => Type == BinaryPrimitives.ReadUInt32BigEndian(type);

    /// <summary>The box that contains the whole file.</summary>
    public static Mp4Box Whole(Window file) => new(0, 0, 0, file.Length);

    /// <summary>Steps through the boxes within this one, <paramref name="at"/> being where the next begins.</summary>
    /// <param name="cut">Whether a box that goes past the end is taken as cut there, else as damage.</param>
    public bool TryNext(Window file, ref long at, out Mp4Box box, bool cut = false)
    {
        box = default;
        if (End - at < 8)
        {
            return false;
        }

        var header = file.Read(at, 8);
        var type = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        long size = BinaryPrimitives.ReadUInt32BigEndian(header);
        var content = at + 8;
        switch (size)
        {
            case 0:
                size = End - at;
                break;
            case 1:
                // A size past 2^63 is as damaged as one past the end.
                size = (long)Math.Min(file.ReadUInt64(content), long.MaxValue);
                content += 8;
                break;
        }

        if (size < content - at || (size > End - at && !cut))
        {
            throw new MediaException(MediaFault.Damaged);
        }

        box = new Mp4Box(type, at, content, at + Math.Min(size, End - at));
        at = box.End;
        return true;
    }

    /// <summary>The first box of a type within this one.</summary>
    public Mp4Box? Find(Window file, ReadOnlySpan<byte> type)
    {
        for (var at = Content; TryNext(file, ref at, out var box);)
        {
            if (box.Is(type))
            {
                return box;
            }
        }

        return null;
    }

    /// <exception cref="MediaException"><see cref="MediaFault.Damaged"/>: there is none.</exception>
    public Mp4Box Get(Window file, ReadOnlySpan<byte> type) => Find(file, type) ?? throw new MediaException(MediaFault.Damaged);

    /// <summary>Reads a number at a distance from the start of the content.</summary>
    public uint UInt32(Window file, long distance) =>
        distance + 4 <= Size ? file.ReadUInt32(Content + distance) : throw new MediaException(MediaFault.Damaged);

    public ulong UInt64(Window file, long distance) =>
        distance + 8 <= Size ? file.ReadUInt64(Content + distance) : throw new MediaException(MediaFault.Damaged);

    public byte Version(Window file) => (byte)(UInt32(file, 0) >> 24);

    public uint Flags(Window file) => UInt32(file, 0) & 0xFFFFFF;
}

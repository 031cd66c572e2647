using System.Buffers.Binary;

namespace Postcard.Media.Audio;

/// <summary>Writes the boxes of an MP4 file to memory: big-endian numbers, and sizes that are filled in when a box ends.</summary>
internal sealed class Mp4Writer
{
    private readonly MemoryStream _bytes = new();

    public int Length => (int)_bytes.Length;

    public ReadOnlySpan<byte> Written => _bytes.GetBuffer().AsSpan(0, Length);

    /// <summary>Writes a box around what <paramref name="content"/> writes.</summary>
    public Mp4Writer Box(ReadOnlySpan<byte> type, Action<Mp4Writer> content)
    {
        var start = Length;
        UInt32(0).Raw(type);
        content(this);
        Patch(start, (uint)(Length - start));
        return this;
    }

    /// <summary>A box that begins with a version, always 0, and flags.</summary>
    public Mp4Writer FullBox(ReadOnlySpan<byte> type, uint flags, Action<Mp4Writer> content) => Box(type, box => content(box.UInt32(flags)));

    public Mp4Writer Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public Mp4Writer Zeros(int count)
    {
        for (; count > 0; count--)
        {
            _bytes.WriteByte(0);
        }

        return this;
    }

    public Mp4Writer Byte(int value)
    {
        _bytes.WriteByte((byte)value);
        return this;
    }

    public Mp4Writer UInt16(int value) => Byte(value >> 8).Byte(value);

    public Mp4Writer UInt32(long value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)value);
        return Raw(bytes);
    }

    /// <summary>Writes over a number that was written before.</summary>
    public void Patch(int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(_bytes.GetBuffer().AsSpan(at), value);
}

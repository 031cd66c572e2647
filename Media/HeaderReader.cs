using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Postcard.Media;

/// <summary>
/// Walks through a file's headers in small steps: one read of 4 KiB serves most of them, and skipped payload is never read.
/// What lies past the end is <see cref="MediaFault.Damaged"/>.
/// </summary>
internal sealed class HeaderReader(SafeFileHandle file) : IDisposable
{
    private readonly byte[] _window = new byte[4096];
    private long _start;
    private int _filled;

    /// <summary>Bytes in the file.</summary>
    public long Length { get; } = RandomAccess.GetLength(file);

    /// <summary>Offset of the next byte; may be set past the end, reading there fails.</summary>
    public long Position { get; set; }

    public static HeaderReader Open(string path) => new(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read));

    public byte Byte() => Take(1)[0];

    public ushort BigUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint BigUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public ulong BigUInt64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    public ushort LittleUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint LittleUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>The next bytes, valid until the next call.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        var bytes = Peek(count);
        if (bytes.Length < count)
        {
            throw new MediaException(MediaFault.Damaged);
        }

        Position += count;
        return bytes;
    }

    /// <summary>Up to <paramref name="count"/> bytes (at most 4,096) without moving on; fewer at the end of the file.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _window.Length);
        if (Position < 0 || Position > Length)
        {
            throw new MediaException(MediaFault.Damaged);
        }

        if (Position < _start || Position + count > _start + _filled)
        {
            _start = Position;
            _filled = RandomAccess.Read(file, _window, _start);
        }

        var offset = (int)(Position - _start);
        return _window.AsSpan(offset, Math.Min(count, _filled - offset));
    }

    /// <summary>Moves on to the next byte of this value; to the end, with false, when there is none.</summary>
    public bool SkipTo(byte value)
    {
        while (!Peek(1).IsEmpty)
        {
            var rest = _window.AsSpan((int)(Position - _start), (int)(_start + _filled - Position));
            var at = rest.IndexOf(value);
            Position += at < 0 ? rest.Length : at;
            if (at >= 0)
            {
                return true;
            }
        }

        return false;
    }

    public void Dispose() => file.Dispose();
}

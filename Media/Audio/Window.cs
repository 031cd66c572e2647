using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Postcard.Media.Audio;

/// <summary>Looks at any place of a file through one pooled buffer, so that memory does not grow with the file.</summary>
internal sealed class Window(SafeFileHandle file) : IDisposable
{
    /// <summary>The most that can be seen at once, in bytes.</summary>
    public const int Size = 64 * 1024;

    private readonly byte[] _buffer = Buffers.Pool.Rent(Size);
    private long _start;
    private int _count;

    public long Length { get; } = RandomAccess.GetLength(file);

    /// <summary>What lies at <paramref name="offset"/>: at most <paramref name="count"/> bytes, fewer at the end. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Peek(long offset, int count)
    {
        count = (int)Math.Min(count, Math.Max(0, Length - offset));
        if (count == 0)
        {
            return [];
        }

        if (offset < _start || offset + count > _start + _count)
        {
            Fill(offset);
        }

        var at = (int)(offset - _start);
        return _buffer.AsSpan(at, Math.Min(count, _count - at));
    }

    /// <exception cref="MediaException">The file ends before.</exception>
    public ReadOnlySpan<byte> Read(long offset, int count)
    {
        var bytes = Peek(offset, count);
        return bytes.Length == count ? bytes : throw new MediaException(MediaFault.Damaged);
    }

    public uint ReadUInt32(long offset) => BinaryPrimitives.ReadUInt32BigEndian(Read(offset, 4));

    public ulong ReadUInt64(long offset) => BinaryPrimitives.ReadUInt64BigEndian(Read(offset, 8));

    /// <summary>Copies a stretch of the file, a window at a time.</summary>
    public void CopyTo(Stream target, long offset, long count, CancellationToken cancel)
    {
        while (count > 0)
        {
            cancel.ThrowIfCancellationRequested();
            var bytes = Read(offset, (int)Math.Min(count, Size));
            target.Write(bytes);
            offset += bytes.Length;
            count -= bytes.Length;
        }
    }

    public void Dispose() => Buffers.Pool.Return(_buffer);

    private void Fill(long offset)
    {
        _start = offset;
        _count = 0;
        while (_count < Size)
        {
            var read = RandomAccess.Read(file, _buffer.AsSpan(_count, Size - _count), offset + _count);
            if (read == 0)
            {
                return;
            }

            _count += read;
        }
    }
}

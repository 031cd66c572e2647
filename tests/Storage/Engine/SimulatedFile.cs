namespace Postcard.Tests.Storage.Engine;

/// <summary>The bytes of a file on a <see cref="SimulatedDisk"/>, and those that it began with.</summary>
internal sealed class SimulatedFile(byte[] origin)
{
    private byte[] _bytes = [.. origin];

    public SimulatedFile()
        : this([])
    {
    }

    public byte[] Origin { get; private set; } = origin;

    public long Length { get; private set; } = origin.Length;

    public int Read(Span<byte> buffer, long offset)
    {
        var count = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        _bytes.AsSpan((int)Math.Min(offset, Length), count).CopyTo(buffer);
        return count;
    }

    public void Apply(DiskStep step)
    {
        if (step.Kind == DiskStepKind.Write)
        {
            Write(step.Bytes, step.Offset);
        }
        else if (step.Kind == DiskStepKind.SetLength)
        {
            SetLength(step.Offset);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (offset + bytes.Length > Length)
        {
            SetLength(offset + bytes.Length);
        }

        bytes.CopyTo(_bytes.AsSpan((int)offset));
    }

    public void SetLength(long length)
    {
        if (length > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Max(length, 2L * _bytes.Length));
        }

        if (length < Length)
        {
            _bytes.AsSpan((int)length, (int)(Length - length)).Clear();
        }

        Length = length;
    }

    public SimulatedFile Copy() => new(_bytes[..(int)Length]);

    /// <summary>Makes the present bytes those that the file begins with.</summary>
    public void Settle() => Origin = _bytes[..(int)Length];
}

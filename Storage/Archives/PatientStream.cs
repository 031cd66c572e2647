namespace Postcard.Storage.Archives;

/// <summary>Passes on what is written, and cancels when what is behind it has taken nothing for <paramref name="limit"/>.</summary>
/// <param name="inner">Is left open.</param>
internal sealed class PatientStream(Stream inner, CancellationTokenSource patience, TimeSpan limit) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel = default)
    {
        patience.CancelAfter(limit);
        await inner.WriteAsync(buffer, cancel);
        patience.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancel) => WriteAsync(buffer.AsMemory(offset, count), cancel).AsTask();

    public override async Task FlushAsync(CancellationToken cancel)
    {
        patience.CancelAfter(limit);
        await inner.FlushAsync(cancel);
        patience.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
}

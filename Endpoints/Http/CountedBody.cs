namespace Postcard.Endpoints.Http;

/// <summary>The body of a reply whose length is known only at its end: counts what goes into it.</summary>
internal sealed class CountedBody(Call call) : Stream
{
    private readonly Stream _body = call.Http.Response.Body;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel = default)
    {
        call.Sent = (call.Sent ?? 0) + buffer.Length;
        return _body.WriteAsync(buffer, cancel);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancel) => WriteAsync(buffer.AsMemory(offset, count), cancel).AsTask();

    public override Task FlushAsync(CancellationToken cancel) => _body.FlushAsync(cancel);

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
}

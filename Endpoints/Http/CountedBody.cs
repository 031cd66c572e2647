using Postcard.Storage;

namespace Postcard.Endpoints.Http;

/// <summary>The body of a reply whose length is known only at its end: counts what goes into it.</summary>
internal sealed class CountedBody(Call call) : WriteStream
{
    private readonly Stream _body = call.Http.Response.Body;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel = default)
    {
        call.Sent = (call.Sent ?? 0) + buffer.Length;
        return _body.WriteAsync(buffer, cancel);
    }

    public override Task FlushAsync(CancellationToken cancel) => _body.FlushAsync(cancel);
}

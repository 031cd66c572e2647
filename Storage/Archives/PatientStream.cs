namespace Postcard.Storage.Archives;

/// <summary>Passes on what is written, and cancels when what is behind it has taken nothing for <paramref name="limit"/>.</summary>
/// <param name="inner">Is left open.</param>
internal sealed class PatientStream(Stream inner, CancellationTokenSource patience, TimeSpan limit) : WriteStream
{
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel = default)
    {
        patience.CancelAfter(limit);
        await inner.WriteAsync(buffer, cancel);
        patience.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    public override async Task FlushAsync(CancellationToken cancel)
    {
        patience.CancelAfter(limit);
        await inner.FlushAsync(cancel);
        patience.CancelAfter(Timeout.InfiniteTimeSpan);
    }
}

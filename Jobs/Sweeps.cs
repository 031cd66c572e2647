using Microsoft.Extensions.Logging;
using Postcard.Storage;

namespace Postcard.Jobs;

/// <summary>
/// What has to be tidied in the background: uploads nobody used, sessions and Idempotency-Keys past their time, erasures that a
/// restart cut off, files that no record names.
/// </summary>
internal sealed partial class Sweeps : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMinutes(1);
    private const int PageSize = 200;

    private readonly Store _store;
    private readonly TimeSpan _uploadLifetime;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="uploadLifetime">How long an upload waits to be used.</param>
    public Sweeps(Store store, TimeSpan uploadLifetime, TimeProvider time, ILogger<Sweeps> log)
    {
        (_store, _uploadLifetime, _time, _log) = (store, uploadLifetime, time, log);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Everything once.</summary>
    public static async Task SweepAsync(Store store, TimeSpan uploadLifetime, TimeSpan grace, CancellationToken cancel)
    {
        await store.Erasure.ResumeAsync();
        await store.Settling.ResumeAsync();
        await PagesAsync(cursor => store.Uploads.SweepAsync(cursor, PageSize, uploadLifetime), cancel);
        await PagesAsync(cursor => store.Users.SweepSessionsAsync(cursor, PageSize), cancel);
        await PagesAsync(cursor => store.Reports.SweepAsync(cursor, PageSize), cancel);
        await PagesAsync(cursor => store.Idempotency.SweepAsync(cursor, PageSize), cancel);
        await store.Orphans.SweepAsync(grace, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await TryAsync(() => PagesAsync(cursor => _store.Tokens.LearnAsync(cursor, PageSize), _stop.Token));
            await Task.Delay(FirstDelay, _time, _stop.Token);
            while (true)
            {
                await TryAsync(() => SweepAsync(_store, _uploadLifetime, Orphans.Grace, _stop.Token));
                await Task.Delay(Interval, _time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops; the next start goes on.
        }
    }

    private async Task TryAsync(Func<Task> sweep)
    {
        try
        {
            await sweep();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StorageFullException or StorageUnavailableException or DatabaseBusyException)
        {
            // Not the message: it may hold a path, and so a user's id.
            LogFailed(e.GetType().Name);
        }
    }

    private static async Task PagesAsync(Func<string, Task<string?>> sweep, CancellationToken cancel)
    {
        for (var cursor = ""; await sweep(cursor) is { } next; cursor = next)
        {
            cancel.ThrowIfCancellationRequested();
        }
    }

    [LoggerMessage(LogLevel.Warning, "A sweep could not be finished ({Type}) and will be tried again")]
    private partial void LogFailed(string type);
}

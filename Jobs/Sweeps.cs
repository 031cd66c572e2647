using Microsoft.Extensions.Logging;
using Postcard.Storage;

namespace Postcard.Jobs;

/// <summary>
/// What has to be tidied in the background: uploads nobody used, sessions and Idempotency-Keys past their time, erasures that a
/// restart cut off, files that no record names.
/// </summary>
internal sealed partial class Sweeps : Job
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMinutes(1);
    private const int PageSize = 200;
    private const string OrphanPass = "orphans";

    private readonly Store _store;
    private readonly IReadOnlyList<(string Name, Func<Task> Work)> _passes;
    private readonly ILogger _log;
    private bool _begun;

    /// <param name="uploadLifetime">How long an upload waits to be used.</param>
    public Sweeps(Store store, TimeSpan uploadLifetime, TimeProvider time, ILogger<Sweeps> log) : base(time)
    {
        (_store, _log) = (store, log);
        _passes =
        [
            ("erasures", store.Erasure.ResumeAsync),
            ("settlings", store.Settling.ResumeAsync),
            ("uploads", () => PagesAsync(cursor => store.Uploads.SweepAsync(cursor, PageSize, uploadLifetime))),
            ("sessions", () => PagesAsync(cursor => store.Users.SweepSessionsAsync(cursor, PageSize))),
            ("reports", () => PagesAsync(cursor => store.Reports.SweepAsync(cursor, PageSize))),
            ("idempotency", () => PagesAsync(cursor => store.Idempotency.SweepAsync(cursor, PageSize))),
            (OrphanPass, SweepOrphansAsync),
        ];
        foreach (var (name, _) in _passes)
        {
            // So that the first failure is seen as a change.
            JobsMeter.SweepFailures.Add(0, Pass(name));
        }

        Begin();
    }

    /// <summary>Everything once; what fails is told and does not keep the rest.</summary>
    public async Task SweepAsync()
    {
        foreach (var (name, work) in _passes)
        {
            await TryAsync(name, work);
        }
    }

    protected override async Task<TimeSpan> StepAsync()
    {
        if (!_begun)
        {
            _begun = true;
            await PagesAsync(cursor => _store.Tokens.LearnAsync(cursor, PageSize));
            return FirstDelay;
        }

        await SweepAsync();
        return Interval;
    }

    protected override TimeSpan Failed(Exception e)
    {
        LogFailed("tokens", ReasonOf(e));
        return FirstDelay;
    }

    private async Task TryAsync(string name, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (!IsStop(e))
        {
            // Whatever it was: the other passes have nothing to do with it.
            JobsMeter.SweepFailures.Add(1, Pass(name));
            LogFailed(name, ReasonOf(e));
        }
    }

    private async Task SweepOrphansAsync()
    {
        var swept = await _store.Orphans.SweepAsync(Orphans.Grace, Stopping);
        JobsMeter.Swept.Add(swept.Count);
        JobsMeter.SweptBytes.Add(swept.Bytes);
        if (swept.LostUsers > 0)
        {
            JobsMeter.SweepFailures.Add(1, Pass(OrphanPass));
            LogRefused(swept.LostUsers);
        }
        else if (swept.Count > 0)
        {
            LogSwept(swept.Count, swept.Bytes);
        }
    }

    private async Task PagesAsync(Func<string, Task<string?>> sweep)
    {
        for (var cursor = ""; await sweep(cursor) is { } next; cursor = next)
        {
            Stopping.ThrowIfCancellationRequested();
        }
    }

    private static KeyValuePair<string, object?> Pass(string name) => new("pass", name);

    [LoggerMessage(LogLevel.Information, "Removed {Count} files and directories that no record named, {Bytes} bytes")]
    private partial void LogSwept(int count, long bytes);

    [LoggerMessage(LogLevel.Error, "{Users} users, more than half of all, have media and no record: is this the right postcard.db? Nothing is swept until that is mended; "
        + "to remove these media: postcard gc")]
    private partial void LogRefused(int users);

    [LoggerMessage(LogLevel.Warning, "The sweep of {Pass} could not be finished ({Reason}) and will be tried again")]
    private partial void LogFailed(string pass, string reason);
}

using Microsoft.Extensions.Logging;
using Postcard.Configuration;
using Postcard.Storage;
using Postcard.Storage.Archives;

namespace Postcard.Jobs;

/// <summary>
/// Makes a backup whenever the latest one in the directory is older than the interval, so that restarts neither multiply nor skip them, and deletes
/// the oldest. One that failed is tried again after a while.
/// </summary>
internal sealed partial class Backups : Job
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly Store _store;
    private readonly Settings _settings;
    private readonly string _directory;
    private readonly BackupSeries _series;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private bool _begun;
    private int _busy;

    /// <param name="directory">Made when it is not there.</param>
    public Backups(Store store, Settings settings, string directory, TimeProvider time, ILogger<Backups> log) : base(time)
    {
        (_store, _settings, _directory, _time, _log) = (store, settings, directory, time, log);
        _series = BackupSeries.OfServer(directory);

        // So that the first failure is seen as a change.
        JobsMeter.Backups.Add(0);
        JobsMeter.BackupFailures.Add(0);
        Begin();
    }

    protected override async Task<TimeSpan> StepAsync()
    {
        MediaFiles.MakeDirectory(_directory);
        var wait = UntilDue();
        if (!_begun)
        {
            _begun = true;
            return FirstDelay;
        }

        if (wait <= TimeSpan.Zero)
        {
            wait = await MakeAsync() ? UntilDue() : Retry;
        }

        // Less than nothing when a backup takes longer than the interval, or the clock jumped meanwhile.
        return TimeSpan.FromTicks(Math.Clamp(wait.Ticks, ShortestWait.Ticks, LongestWait.Ticks));
    }

    protected override TimeSpan Failed(Exception e)
    {
        JobsMeter.BackupFailures.Add(1);
        JobsMeter.BackupOk.Record(0);
        LogFailed(ReasonOf(e), Retry.TotalMinutes);
        return Retry;
    }

    /// <summary>Names of a time to come were given by a clock that ran ahead, and do not count.</summary>
    private TimeSpan UntilDue()
    {
        var now = _time.GetUtcNow();
        var past = _series.All().Where(backup => backup.Time <= now).ToList();
        JobsMeter.BackupTime.Record(past.Find(backup => !backup.Damaged)?.Time.ToUnixTimeSeconds() ?? 0);
        return past is [var latest, ..] ? latest.Time + _settings.Backup.Every - now : TimeSpan.Zero;
    }

    /// <returns>False while another backup is under way.</returns>
    private async Task<bool> MakeAsync()
    {
        var started = _time.GetTimestamp();
        await using var run = await _store.Archiver.BeginAsync(Stopping);
        if (run is null)
        {
            TellBusy();
            return false;
        }

        _busy = 0;

        var now = _time.GetUtcNow();
        var path = _series.PathAt(now);
        if (BackupFile.FreeBytes(path) < run.ExpectedBytes + (_settings.MinFreeMegabytes * 1024L * 1024))
        {
            throw new StorageFullException();
        }

        await using var file = BackupFile.Create(path);
        var result = await run.WriteAsync(file.Stream, SettingsWriter.ToJson(_settings), Stopping);
        path = _series.PathAt(now, damaged: result.Problems > 0);
        await file.FinishAsync(path);
        Tell(path, file.Bytes, result, _time.GetElapsedTime(started));
        Prune(path);
        return true;
    }

    /// <summary>What becomes of the older ones says nothing of the one that was made.</summary>
    private void Prune(string made)
    {
        try
        {
            if (_settings.Backup.Keep > 0)
            {
                _series.Prune(_settings.Backup.Keep, made);
            }

            if (_series.Later(_time.GetUtcNow()) is { Count: > 0 and var count } later)
            {
                LogLater(count, Path.GetFileName(later[0].Path));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotPruned(ReasonOf(e));
        }
    }

    /// <summary>Somebody's backup may well be under way for a while, but not for ever.</summary>
    private void TellBusy()
    {
        if (_busy++ > 0)
        {
            JobsMeter.BackupFailures.Add(1);
            LogBusy(_busy, Retry.TotalMinutes);
        }
    }

    private void Tell(string path, long bytes, ArchiveResult result, TimeSpan took)
    {
        JobsMeter.Backups.Add(1);
        JobsMeter.BackupOk.Record(result.Problems == 0 ? 1 : 0);
        JobsMeter.BackupDuration.Record(took.TotalSeconds);
        JobsMeter.BackupSize.Record(bytes);
        JobsMeter.BackupProblems.Record(result.Problems);
        LogMade(Path.GetFileName(path), bytes, result.Counts.Users, result.Counts.Cards, result.Files);
        if (result.Problems > 0)
        {
            LogProblems(result.Problems);
        }
    }

    [LoggerMessage(LogLevel.Information, "Backup {Name}: {Bytes} bytes, {Users} users, {Cards} cards, {Files} files")]
    private partial void LogMade(string name, long bytes, int users, int cards, long files);

    [LoggerMessage(LogLevel.Warning, "{Count} backups have names of a time to come, such as {Name}: the clock ran ahead. They are left alone; delete them or give them their true time")]
    private partial void LogLater(int count, string name);

    [LoggerMessage(LogLevel.Warning, "Older backups could not be deleted ({Reason})")]
    private partial void LogNotPruned(string reason);

    [LoggerMessage(LogLevel.Warning, "A backup is due, and another one is under way for the {Times}. time: it will be tried again in {Minutes} minutes")]
    private partial void LogBusy(int times, double minutes);

    [LoggerMessage(LogLevel.Error, "{Count} files were missing or damaged when the backup was made. See: postcard verify")]
    private partial void LogProblems(int count);

    [LoggerMessage(LogLevel.Error, "A backup could not be made ({Reason}) and will be tried again in {Minutes} minutes")]
    private partial void LogFailed(string reason, double minutes);
}

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

    /// <param name="directory">Made when it is not there.</param>
    public Backups(Store store, Settings settings, string directory, TimeProvider time, ILogger<Backups> log) : base(time)
    {
        (_store, _settings, _directory, _time, _log) = (store, settings, directory, time, log);
        _series = BackupSeries.OfServer(directory);
        Begin(FirstDelay);
    }

    protected override async Task<TimeSpan> StepAsync()
    {
        MediaFiles.MakeDirectory(_directory);
        var wait = UntilDue();
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
        var latest = _series.All().Select(backup => backup.Time).FirstOrDefault(time => time <= now);
        if (latest == default)
        {
            return TimeSpan.Zero;
        }

        JobsMeter.BackupTime.Record(latest.ToUnixTimeSeconds());
        return latest + _settings.Backup.Every - now;
    }

    /// <returns>False while another backup is under way.</returns>
    private async Task<bool> MakeAsync()
    {
        var started = _time.GetTimestamp();
        await using var run = await _store.Archiver.BeginAsync(Stopping);
        if (run is null)
        {
            return false;
        }

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
        if (_settings.Backup.Keep > 0)
        {
            _series.Prune(_settings.Backup.Keep, path);
        }

        return true;
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

    [LoggerMessage(LogLevel.Error, "{Count} files were missing or damaged when the backup was made. See: postcard verify")]
    private partial void LogProblems(int count);

    [LoggerMessage(LogLevel.Error, "A backup could not be made ({Reason}) and will be tried again in {Minutes} minutes")]
    private partial void LogFailed(string reason, double minutes);
}

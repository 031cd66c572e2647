using System.Diagnostics.Metrics;

namespace Postcard.Jobs;

/// <summary>What is told of the background work.</summary>
internal static class JobsMeter
{
    private static readonly Meter Meter = new("Postcard");

    public static readonly Counter<long> Backups = Meter.CreateCounter<long>("postcard.backup.made", null, "Backups that the server made by itself.");

    public static readonly Counter<long> BackupFailures = Meter.CreateCounter<long>("postcard.backup.failures", null, "Backups that it tried and that failed.");

    public static readonly Counter<long> Checks = Meter.CreateCounter<long>("postcard.checks", null, "Cards whose check by WeChat ended, by outcome.");

    public static readonly Counter<long> Swept = Meter.CreateCounter<long>("postcard.sweep.removed", null, "Files and directories that no record named and that the server removed by itself.");

    public static readonly Counter<long> SweptBytes = Meter.CreateCounter<long>("postcard.sweep.size", "By", "Bytes of these.");

    public static readonly Counter<long> SweepFailures = Meter.CreateCounter<long>("postcard.sweep.failures", null, "Parts of a sweep that failed, by part.");

    public static readonly Gauge<int> BackupOk = Meter.CreateGauge<int>("postcard.backup.ok", null, "Whether the last try made a backup without missing or damaged files: 1 or 0.");

    public static readonly Gauge<long> BackupTime = Meter.CreateGauge<long>("postcard.backup.last_success", "s", "Unix time of the latest backup without missing or damaged files; 0 when there is none.");

    public static readonly Gauge<double> BackupDuration = Meter.CreateGauge<double>("postcard.backup.duration", "s", "Time that the latest backup took.");

    public static readonly Gauge<long> BackupSize = Meter.CreateGauge<long>("postcard.backup.size", "By", "Size of the latest backup.");

    public static readonly Gauge<int> BackupProblems = Meter.CreateGauge<int>("postcard.backup.problems", null, "Files that were missing or damaged when the latest backup was made.");
}

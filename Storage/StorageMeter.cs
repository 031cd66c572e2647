using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Postcard.Storage;

/// <summary>What the database tells of itself while it works.</summary>
internal static class StorageMeter
{
    private static readonly Meter Meter = new("Postcard");
    private static long _faults;
    private static readonly InstrumentAdvice<double> DiskTimes = new() { HistogramBucketBoundaries = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2] };

    public static readonly Counter<long> Reads = Meter.CreateCounter<long>("postcard.store.reads", null, "Reads that memory could not answer.");

    public static readonly Counter<long> Commits = Meter.CreateCounter<long>("postcard.store.commits", null, "Group commits, of one fsync each.");

    public static readonly Histogram<int> Group = Meter.CreateHistogram(
        "postcard.store.group", null, "Changes that one commit took.", null, new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });

    public static readonly Histogram<double> Fsync = Meter.CreateHistogram("postcard.store.fsync", "s", "Time of an fsync of the log.", null, DiskTimes);

    public static readonly Counter<long> Syncs = Meter.CreateCounter<long>(
        "postcard.store.syncs", null, "Fsyncs that succeeded: of files (log, database, media), of directories, of the whole file system.");

    public static readonly Histogram<double> Checkpoint = Meter.CreateHistogram("postcard.store.checkpoint", "s", "Time of moving the log into the data file.", null, DiskTimes);

    public static readonly Gauge<long> Log = Meter.CreateGauge<long>("postcard.store.log", "By", "Pages in the log since the last checkpoint.");

    /// <summary>Has a sample before the first fault, which is no change otherwise.</summary>
    private static readonly ObservableCounter<long> Faults = Meter.CreateObservableCounter(
        "postcard.store.faults", () => Interlocked.Read(ref _faults), null, "Times that the disk failed or was full and the files were opened anew.");

    public static void CountFault() => Interlocked.Increment(ref _faults);

    /// <summary>Runs <paramref name="work"/> and records its time.</summary>
    public static void Time(Histogram<double> times, Action work)
    {
        var started = Stopwatch.GetTimestamp();
        work();
        times.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
    }
}

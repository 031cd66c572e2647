using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Postcard.Media;

/// <summary>What media work tells of itself.</summary>
internal static class MediaMeter
{
    private static readonly Meter Meter = new("Postcard");

    private static readonly Counter<long> Jobs = Meter.CreateCounter<long>("postcard.media.jobs", null, "Pictures and sounds worked on, by kind and outcome.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "postcard.media.duration", "s", "Time of a picture or a sound, with its wait for a core.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });

    /// <summary>Runs a job and counts it by what it ended in.</summary>
    public static async Task<T> CountAsync<T>(string kind, Func<Task<T>> job)
    {
        var started = Stopwatch.GetTimestamp();
        var outcome = "failed";
        try
        {
            var made = await job().ConfigureAwait(false);
            outcome = "done";
            return made;
        }
        catch (MediaException e)
        {
            outcome = e.Fault is MediaFault.Busy ? "busy" : "refused";
            throw;
        }
        catch (OperationCanceledException)
        {
            outcome = "cancelled";
            throw;
        }
        finally
        {
            Jobs.Add(1, new("kind", kind), new("outcome", outcome));
            Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("kind", kind));
        }
    }
}

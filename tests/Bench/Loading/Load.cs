using System.Diagnostics;
using System.Net;

namespace Bench.Loading;

/// <summary>A load on one server.</summary>
/// <param name="Requests">Ready to be sent; each connection takes one after the other, at random or in their order.</param>
internal sealed record Plan(IPEndPoint Address, byte[][] Requests, int Connections)
{
    /// <summary>Gets the body of the first response of each connection and of every <see cref="InspectEvery"/>th; false counts as an error.</summary>
    public Func<ReadOnlyMemory<byte>, bool>? Inspect { get; init; }

    public int InspectEvery { get; init; } = 1000;

    public bool InOrder { get; init; }
}

/// <param name="Micros">The time of every response, sorted.</param>
internal sealed record Outcome(int[] Micros, TimeSpan Elapsed, long Bytes, long Errors)
{
    public double Rate => Micros.Length / Elapsed.TotalSeconds;

    /// <returns>Milliseconds.</returns>
    public double Percentile(double share) => Micros.Length == 0 ? 0 : Micros[(int)((Micros.Length - 1) * share)] / 1000.0;
}

/// <summary>
/// A closed loop of keep-alive connections on two threads. On the machine that it was written on it reaches what <c>wrk</c>
/// reaches with as many connections and threads.
/// </summary>
internal static class Load
{
    private const int Threads = 2;

    public static Task<Outcome> ForAsync(Plan plan, TimeSpan time, CancellationToken cancel) => RunAsync(plan, time, long.MaxValue, cancel);

    /// <summary>Sends that many requests and waits for the last response.</summary>
    public static Task<Outcome> CountAsync(Plan plan, long requests, CancellationToken cancel) =>
        RunAsync(plan, TimeSpan.FromMinutes(10), requests, cancel);

    private static async Task<Outcome> RunAsync(Plan plan, TimeSpan time, long requests, CancellationToken cancel)
    {
        var budget = new Budget(requests, time, cancel);
        var start = Stopwatch.GetTimestamp();
        var threads = Math.Min(Threads, plan.Connections);
        var workers = Enumerable.Range(0, threads)
            .Select(i => new LoadThread(plan, plan.Connections / threads + (i < plan.Connections % threads ? 1 : 0), budget))
            .ToList();
        await Task.WhenAll(workers.Select(worker => Task.Factory.StartNew(worker.Run, TaskCreationOptions.LongRunning)));
        cancel.ThrowIfCancellationRequested();
        var elapsed = Stopwatch.GetElapsedTime(start);

        var micros = workers.SelectMany(worker => worker.Micros).ToArray();
        Array.Sort(micros);
        return new(micros, elapsed, workers.Sum(worker => worker.Bytes), workers.Sum(worker => worker.Errors));
    }
}

/// <summary>How long, or how often, to go on; shared by the threads.</summary>
internal sealed class Budget(long requests, TimeSpan time, CancellationToken cancel)
{
    private readonly long _end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
    private long _requests = requests;
    private int _next = -1;

    public bool TimeIsUp(long now) => now >= _end || cancel.IsCancellationRequested;

    /// <summary>The place of the next request in a list of <paramref name="count"/>, over and over.</summary>
    public int Next(int count) => (int)((uint)Interlocked.Increment(ref _next) % count);

    /// <summary>One more request, if there is one.</summary>
    public bool Take() => Interlocked.Decrement(ref _requests) >= 0;
}

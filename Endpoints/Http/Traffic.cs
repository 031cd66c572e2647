using System.Diagnostics;

namespace Postcard.Endpoints.Http;

/// <summary>
/// What each request adds to the metrics: two interlocked additions, where an instrument of the framework with its tags costs ten times as much.
/// </summary>
internal sealed class Traffic
{
    /// <summary>Upper bounds in seconds; the last bucket has none.</summary>
    public static readonly double[] Bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly long[] Ticks = [.. Bounds.Select(bound => (long)(bound * Stopwatch.Frequency))];

    private readonly Dictionary<Route, RouteTraffic> _routes = new(ReferenceEqualityComparer.Instance);
    private long _sent;
    private int _connections;

    /// <summary>What no route serves.</summary>
    public RouteTraffic Other { get; } = new("other", "other");

    /// <summary>Bytes of replies' bodies.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    public int Connections => Volatile.Read(ref _connections);

    public IEnumerable<RouteTraffic> All => _routes.Values.Append(Other);

    /// <summary>Before serving.</summary>
    public void Add(IEnumerable<Route> routes)
    {
        foreach (var route in routes)
        {
            _routes[route] = new(route.Method, route.Path);
        }
    }

    public void Opened() => Interlocked.Increment(ref _connections);

    public void Closed() => Interlocked.Decrement(ref _connections);

    public void Record(Route? route, int status, long ticks, long bytes)
    {
        (route is not null && _routes.TryGetValue(route, out var known) ? known : Other).Record(status, ticks);
        if (bytes > 0)
        {
            Interlocked.Add(ref _sent, bytes);
        }
    }

    private static int BucketOf(long ticks)
    {
        var bucket = 0;
        while (bucket < Ticks.Length && ticks > Ticks[bucket])
        {
            bucket++;
        }

        return bucket;
    }

    /// <param name="route">As the table has it, never a path that was asked for.</param>
    public sealed class RouteTraffic(string method, string route)
    {
        private const int Classes = 5;

        private readonly long[] _counts = new long[Classes * (Bounds.Length + 1)];
        private long _ticks;

        public string Method => method;
        public string Route => route;

        /// <summary>Seconds, of all together.</summary>
        public double Seconds => (double)Interlocked.Read(ref _ticks) / Stopwatch.Frequency;

        /// <param name="status">The first digit.</param>
        public long Of(int status) => Enumerable.Range(0, Bounds.Length + 1).Sum(bucket => Interlocked.Read(ref _counts[At(status, bucket)]));

        public long In(int bucket) => Enumerable.Range(1, Classes).Sum(status => Interlocked.Read(ref _counts[At(status, bucket)]));

        public void Record(int status, long ticks)
        {
            Interlocked.Increment(ref _counts[At(Math.Clamp(status / 100, 1, Classes), BucketOf(ticks))]);
            Interlocked.Add(ref _ticks, ticks);
        }

        private static int At(int status, int bucket) => ((status - 1) * (Bounds.Length + 1)) + bucket;
    }
}

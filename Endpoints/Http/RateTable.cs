using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace Postcard.Endpoints.Http;

/// <summary>
/// A token bucket for each client, bounded in number: the framework's own partitioned limiter is not, and walks all its partitions ten times a
/// second. A bucket that is full again is as good as none and goes with the next sweep. While all are in use, newcomers share a few.
/// </summary>
/// <param name="capacity">Buckets at once, of about 400 bytes.</param>
/// <param name="make">A new bucket, which is filled up by <see cref="ReplenishingRateLimiter.TryReplenish"/> only.</param>
/// <param name="crowd">The client's share of those that newcomers get when the table is full: a few hundred different ones.</param>
internal sealed class RateTable<TClient>(int capacity, Func<TClient, TokenBucketRateLimiter> make, Func<TClient, TClient> crowd, TimeProvider time)
    where TClient : notnull
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<TClient, TokenBucketRateLimiter> _buckets = new();
    private readonly Lock _sweeping = new();
    private long _swept = time.GetTimestamp();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes one token. Null when there was one, otherwise after what time there is.</summary>
    public TimeSpan? Take(TClient client)
    {
        var bucket = BucketOf(client);
        bucket.TryReplenish();
        using var lease = bucket.AttemptAcquire();
        return lease.IsAcquired ? null : WaitOf(lease);
    }

    /// <summary>Whether a whole token is left, without taking it. Null when there is, otherwise after what time there is.</summary>
    public TimeSpan? Look(TClient client)
    {
        if (Count == 0 || !_buckets.TryGetValue(client, out var bucket))
        {
            return null;
        }

        bucket.TryReplenish();
        return bucket.GetStatistics() is { CurrentAvailablePermits: 0 } ? bucket.ReplenishmentPeriod : null;
    }

    private TokenBucketRateLimiter BucketOf(TClient client)
    {
        if (_buckets.TryGetValue(client, out var bucket))
        {
            if (IsDue(SweepInterval))
            {
                Sweep();
            }

            return bucket;
        }

        if (Count >= capacity && IsDue(ShortestInterval))
        {
            Sweep();
        }

        return Count < capacity ? Add(client) : Add(crowd(client));
    }

    private TokenBucketRateLimiter Add(TClient client)
    {
        if (_buckets.TryGetValue(client, out var present))
        {
            return present;
        }

        var bucket = make(client);
        if (_buckets.TryAdd(client, bucket))
        {
            Interlocked.Increment(ref _count);
            return bucket;
        }

        return _buckets.GetValueOrDefault(client, bucket);
    }

    private bool IsDue(TimeSpan interval) => time.GetElapsedTime(Volatile.Read(ref _swept)) >= interval;

    /// <summary>A request that meets a bucket just now being removed goes uncounted, which costs nobody anything.</summary>
    private void Sweep()
    {
        if (!_sweeping.TryEnter())
        {
            return;
        }

        try
        {
            Volatile.Write(ref _swept, time.GetTimestamp());
            foreach (var (client, bucket) in _buckets)
            {
                bucket.TryReplenish();
                if (bucket.IdleDuration is not null && _buckets.TryRemove(client, out _))
                {
                    Interlocked.Decrement(ref _count);
                }
            }
        }
        finally
        {
            _sweeping.Exit();
        }
    }

    private static TimeSpan WaitOf(RateLimitLease lease) => lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : ShortestInterval;
}

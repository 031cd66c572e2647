using System.Threading.RateLimiting;
using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints.Http;

public sealed class RateTableTests
{
    private readonly ManualTime _time = new();

    /// <summary>Of the clients "quick", whose buckets are full again at once, and "slow".</summary>
    [Fact]
    public void Buckets_ThatAreFullAgain_GoWithTheNextSweep()
    {
        var table = new RateTable<string>(capacity: 3, Bucket, _ => "crowd", _time);
        Assert.All(["slow", "quick 1", "quick 2"], client => Assert.Null(table.Take(client)));
        Assert.Null(table.Take("slow newcomer"));
        Assert.NotNull(table.Take("slow latecomer"));
        Assert.Equal(4, table.Count);

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.NotNull(table.Take("slow"));
        Assert.Equal(2, table.Count);
        Assert.Null(table.Take("slow latecomer"));
        Assert.NotNull(table.Take("slow latecomer"));
    }

    private static TokenBucketRateLimiter Bucket(string client) => new(new()
    {
        AutoReplenishment = false,
        TokenLimit = 1,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = client.StartsWith("quick", StringComparison.Ordinal) ? TimeSpan.FromTicks(1) : TimeSpan.FromHours(1),
    });
}

using System.Diagnostics.Metrics;

namespace Postcard.WeChat;

/// <summary>What is counted of the calls to WeChat.</summary>
internal static class WeChatMeter
{
    public const string Ok = "ok", Refused = "refused", Garbage = "garbage", OutOfReach = "out_of_reach", NoAnswer = "no_answer";

    private static readonly Meter Meter = new("Postcard");

    private static readonly Counter<long> Calls = Meter.CreateCounter<long>("postcard.wechat.calls", description: "Calls to WeChat, by api and outcome.");

    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "postcard.wechat.duration", "s", "Time that calls to WeChat took, by api.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10] });

    /// <param name="api">The last segment of the call's path.</param>
    /// <param name="outcome">One of the constants above.</param>
    public static void Count(string api, string outcome, TimeSpan took)
    {
        Calls.Add(1, new("api", api), new("outcome", outcome));
        Durations.Record(took.TotalSeconds, new KeyValuePair<string, object?>("api", api));
    }
}

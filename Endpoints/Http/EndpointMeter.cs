using System.Diagnostics.Metrics;

namespace Postcard.Endpoints.Http;

/// <summary>What happens seldom enough to be counted by the framework's instruments; each request goes into <see cref="Traffic"/>.</summary>
internal static class EndpointMeter
{
    private static readonly Meter Meter = new("Postcard");

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("postcard.limits.refused", null, "Calls that were refused as too many, by what they count as.");

    private static readonly Counter<long> Uploads = Meter.CreateCounter<long>("postcard.uploads", null, "Uploads that were taken, by kind.");

    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>("postcard.uploads.size", "By", "Bytes of uploads as they came, by kind.");

    public static void CountRefused(string budget) => Refused.Add(1, new KeyValuePair<string, object?>("limit", budget));

    public static void CountUpload(string kind, long bytes)
    {
        Uploads.Add(1, new KeyValuePair<string, object?>("kind", kind));
        Bytes.Add(bytes, new KeyValuePair<string, object?>("kind", kind));
    }
}

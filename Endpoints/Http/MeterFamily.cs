using System.Diagnostics.Metrics;

namespace Postcard.Endpoints.Http;

/// <summary>One instrument's measurements, summed up for each set of tags.</summary>
internal sealed class MeterFamily
{
    /// <summary>More sets of tags than any instrument of ours has; a mistake must not fill the memory.</summary>
    private const int MaxSeries = 100;

    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock _gate = new();
    private readonly List<Series> _series = [];
    private readonly string? _help;
    private readonly string _type;
    private readonly bool _adds;
    private readonly double[]? _bounds;

    public MeterFamily(Instrument instrument)
    {
        _help = instrument.Description;
        _bounds = BoundsOf(instrument);

        // By name, since there is one generic type for each kind and type of number.
        var kind = instrument.GetType().Name.Split('`')[0];
        _type = _bounds is not null ? "histogram" : kind is "Counter" or "ObservableCounter" ? "counter" : "gauge";
        _adds = kind is "Counter" or "UpDownCounter";
        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        Name = $"{instrument.Name.Replace('.', '_')}{unit}{(_type == "counter" ? "_total" : "")}";
    }

    public string Name { get; }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            if (SeriesOf(tags) is not { } series)
            {
                return;
            }

            if (_bounds is null)
            {
                series.Value = _adds ? series.Value + value : value;
                return;
            }

            var bucket = 0;
            while (bucket < _bounds.Length && value > _bounds[bucket])
            {
                bucket++;
            }

            series.Counts![bucket]++;
            series.Value += value;
        }
    }

    public void WriteTo(MetricsText text)
    {
        text.Family(Name, _type, _help);
        lock (_gate)
        {
            foreach (var series in _series)
            {
                if (_bounds is null)
                {
                    text.Sample(Name, series.Value, series.Labels);
                }
                else
                {
                    text.Histogram(Name, _bounds, series.Counts!, series.Value, series.Labels);
                }
            }
        }
    }

    private Series? SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var known in _series)
        {
            if (known.Is(tags))
            {
                return known;
            }
        }

        if (_series.Count == MaxSeries)
        {
            return null;
        }

        var series = new Series(tags.ToArray(), _bounds is null ? null : new long[_bounds.Length + 1]);
        _series.Add(series);
        return series;
    }

    private static double[]? BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> histogram => [.. histogram.Advice?.HistogramBucketBoundaries ?? DefaultBounds],
        Histogram<long> histogram => [.. histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound) ?? DefaultBounds],
        Histogram<int> histogram => [.. histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound) ?? DefaultBounds],
        _ => null,
    };

    private sealed class Series(KeyValuePair<string, object?>[] tags, long[]? counts)
    {
        public double Value { get; set; }

        public long[]? Counts { get; } = counts;

        public (string, string)[] Labels { get; } = [.. tags.Select(tag => (tag.Key.Replace('.', '_'), tag.Value?.ToString() ?? ""))];

        public bool Is(ReadOnlySpan<KeyValuePair<string, object?>> others)
        {
            if (others.Length != tags.Length)
            {
                return false;
            }

            for (var i = 0; i < tags.Length; i++)
            {
                if (others[i].Key != tags[i].Key || !Equals(others[i].Value, tags[i].Value))
                {
                    return false;
                }
            }

            return true;
        }
    }
}

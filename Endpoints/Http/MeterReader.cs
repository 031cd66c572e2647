using System.Diagnostics.Metrics;

namespace Postcard.Endpoints.Http;

/// <summary>
/// Sums up what every instrument of the meters named <c>Postcard</c> measures, whichever part of the program has it.
/// <c>postcard.store.fsync</c> in seconds becomes <c>postcard_store_fsync_seconds</c>, a counter ends in <c>_total</c>.
/// </summary>
internal sealed class MeterReader : IDisposable
{
    private const string Name = "Postcard";

    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MeterFamily> _families = new(StringComparer.Ordinal);

    public MeterReader()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Name)
            {
                listener.EnableMeasurementEvents(instrument, FamilyOf(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => ((MeterFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, family) => ((MeterFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => ((MeterFamily)family!).Record(value, tags));
        _listener.Start();
    }

    public void WriteTo(MetricsText text)
    {
        _listener.RecordObservableInstruments();
        lock (_gate)
        {
            foreach (var family in _families.Values)
            {
                family.WriteTo(text);
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private MeterFamily FamilyOf(Instrument instrument)
    {
        lock (_gate)
        {
            var family = new MeterFamily(instrument);
            return _families.TryAdd(family.Name, family) ? family : _families[family.Name];
        }
    }
}

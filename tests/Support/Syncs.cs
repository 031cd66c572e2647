using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Postcard.Tests.Support;

/// <summary>Counts the fsyncs that succeed in what is called from here on, and not those of other tests, until it is disposed of.</summary>
internal sealed class Syncs : IDisposable
{
    private static readonly AsyncLocal<Syncs?> Current = new();

    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly MeterListener _listener = new();

    public Syncs()
    {
        Current.Value = this;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "postcard.store.syncs")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (Current.Value == this)
            {
                _counts.AddOrUpdate((string)tags[0].Value!, 1, (_, count) => count + 1);
            }
        });
        _listener.Start();
    }

    public int Files => _counts.GetValueOrDefault("file");

    public int Directories => _counts.GetValueOrDefault("directory");

    public int FileSystems => _counts.GetValueOrDefault("file_system");

    public void Dispose()
    {
        Current.Value = null;
        _listener.Dispose();
    }
}

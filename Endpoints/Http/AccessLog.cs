using System.Globalization;
using System.Text;

namespace Postcard.Endpoints.Http;

/// <summary>A request that was answered. Nothing in it leads to a person or to a card: the route stands for the path, a network for the client.</summary>
/// <param name="Id">What stands in the log's lines about this request, too.</param>
/// <param name="Bytes">Of the reply's body; null for what streams to the command line.</param>
internal readonly record struct AccessEntry(
    DateTimeOffset Time, string Id, string Method, string Route, int Status, long? Bytes, double Milliseconds, ClientAddress? Client);

/// <summary>
/// One line for each request, written by a thread of its own. Whoever reads the lines too slowly loses some, which are counted; requests never wait.
/// </summary>
internal sealed class AccessLog : IAsyncDisposable
{
    private const int Capacity = 8192;
    private static readonly TimeSpan LastLines = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly TextWriter _output;
    private readonly bool _json;
    private readonly Thread _thread;
    private List<AccessEntry> _waiting = [];
    private List<AccessEntry> _writing = [];
    private long _dropped;
    private bool _closed;

    public AccessLog(TextWriter output, bool json)
    {
        (_output, _json) = (output, json);
        _thread = new(Run) { IsBackground = true, Name = "access log" };
        _thread.Start();
    }

    public long Dropped => Interlocked.Read(ref _dropped);

    public void Add(in AccessEntry entry)
    {
        lock (_gate)
        {
            if (_waiting.Count >= Capacity || _closed)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            _waiting.Add(entry);
            if (_waiting.Count == 1)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Writes what waits, unless nobody reads it.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }

        await Task.Run(() => _thread.Join(LastLines));
    }

    private void Run()
    {
        var text = new StringBuilder();
        while (Take())
        {
            foreach (var entry in _writing)
            {
                Append(text, entry);
            }

            try
            {
                _output.Write(text);
                _output.Flush();
            }
            catch (IOException)
            {
                // Whoever read the lines is gone; the server is not.
                Interlocked.Add(ref _dropped, _writing.Count);
            }

            text.Clear();
            _writing.Clear();
        }
    }

    private bool Take()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_closed)
            {
                Monitor.Wait(_gate);
            }

            (_waiting, _writing) = (_writing, _waiting);
            return _writing.Count > 0;
        }
    }

    /// <summary>No field holds anything that JSON would want escaped.</summary>
    private void Append(StringBuilder text, AccessEntry entry)
    {
        var time = entry.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var client = entry.Client?.Shortened;
        var culture = CultureInfo.InvariantCulture;
        if (!_json)
        {
            text.Append(culture, $"{time} access {entry.Id} {entry.Method} {entry.Route} {entry.Status} ")
                .Append(culture, $"{entry.Bytes?.ToString(culture) ?? "-"} {entry.Milliseconds:0.00}ms {client ?? "-"}\n");
            return;
        }

        text.Append(culture, $$"""{"time":"{{time}}","log":"access","request":"{{entry.Id}}","method":"{{entry.Method}}","route":"{{entry.Route}}","status":""")
            .Append(culture, $$"""{{entry.Status}},"bytes":{{entry.Bytes?.ToString(culture) ?? "null"}},"ms":{{entry.Milliseconds:0.00}},"client":""")
            .Append(client is null ? "null}\n" : $"\"{client}\"}}\n");
    }
}

using System.Diagnostics;

namespace Bench.Loading;

/// <summary>Drives its share of the connections.</summary>
internal sealed class LoadThread(Plan plan, int connections, Budget budget)
{
    private const double MicrosPerTick = 1e6;
    private readonly byte[] _buffer = new byte[128 * 1024];
    private readonly List<int> _micros = new(1 << 18);
    private readonly Random _random = new();
    private int _waiting;
    private long _untilSample;

    public IReadOnlyList<int> Micros => _micros;
    public long Bytes { get; private set; }
    public long Errors { get; private set; }

    public void Run()
    {
        using var epoll = new Epoll();
        var all = Enumerable.Range(0, connections).Select(tag => new Connection(plan.Address, epoll, tag)).ToArray();
        try
        {
            foreach (var connection in all)
            {
                SendNext(connection, Stopwatch.GetTimestamp(), sample: true);
            }

            Span<int> ready = stackalloc int[64];
            while (_waiting > 0 && !budget.TimeIsUp(Stopwatch.GetTimestamp()))
            {
                var count = epoll.Wait(ready, 100);
                foreach (var tag in ready[..count])
                {
                    if (all[tag].Receive(_buffer))
                    {
                        var now = Stopwatch.GetTimestamp();
                        Note(all[tag], now);
                        SendNext(all[tag], now, sample: --_untilSample <= 0);
                    }
                }
            }
        }
        finally
        {
            Array.ForEach(all, connection => connection.Dispose());
        }
    }

    private void SendNext(Connection connection, long now, bool sample)
    {
        if (!budget.Take())
        {
            return;
        }

        if (sample && plan.Inspect is not null)
        {
            _untilSample = plan.InspectEvery;
            connection.Response.Sample ??= new();
        }
        else
        {
            connection.Response.Sample = null;
        }

        _waiting++;
        connection.Sent = now;
        connection.Send(plan.Requests[plan.InOrder ? budget.Next(plan.Requests.Length) : _random.Next(plan.Requests.Length)]);
    }

    private void Note(Connection connection, long now)
    {
        _waiting--;
        _micros.Add((int)((now - connection.Sent) * MicrosPerTick / Stopwatch.Frequency));
        var response = connection.Response;
        Bytes += response.Length;
        var right = response.Status == 200
            && (response.Sample is not { } sample || plan.Inspect!(sample.GetBuffer().AsMemory(0, (int)sample.Length)));
        if (!right)
        {
            Errors++;
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bench.Peers;

/// <summary>A server under load: its address, its requests, and what it costs the machine.</summary>
internal abstract class Server(string name, Process process, int port) : IAsyncDisposable
{
    private const double MicrosPerTick = 1e6 / 100;

    public string Name { get; } = name;
    public IPEndPoint Address { get; } = new(IPAddress.Loopback, port);
    public HttpClient Http { get; } = new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(1) };

    /// <summary>The highest resident memory ever seen, in MB.</summary>
    public double PeakMegabytes { get; private set; }

    public byte[] Get(string path, string? token = null) => Request("GET", path, token, "");

    public byte[] Post(string path, string? token, string json) =>
        Request("POST", path, token, $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n", json);

    /// <summary>Starts a new measurement of the memory's peak.</summary>
    public void ForgetPeak()
    {
        TakePeak();
        ResetPeak();
    }

    /// <summary>The highest resident memory since <see cref="ForgetPeak"/>, in MB, all processes of the server together.</summary>
    public double TakePeak()
    {
        var peak = Processes().Sum(id => Status(id, "VmHWM:")) / 1024.0;
        PeakMegabytes = Math.Max(PeakMegabytes, peak);
        return peak;
    }

    /// <summary>Processor time used so far, in microseconds.</summary>
    public double CpuMicros() => Processes().Sum(id =>
    {
        var stat = File.ReadAllText($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) * MicrosPerTick;
    });

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Children.StopAsync(process);
    }

    protected static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until <paramref name="path"/> is answered with 200.</summary>
    protected async Task WaitAsync(string path, string log, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"{Name} ended with {process.ExitCode}: {await File.ReadAllTextAsync(log, cancel)}");
            }

            try
            {
                using var reply = await Http.GetAsync(path, cancel);
                if (reply.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50, cancel);
        }

        throw new TimeoutException($"{Name} does not answer: {await File.ReadAllTextAsync(log, cancel)}");
    }

    private byte[] Request(string method, string path, string? token, string headers, string body = "") => Encoding.UTF8.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{Address.Port}\r\n{(token is null ? "" : $"token: {token}\r\n")}{headers}\r\n{body}");

    protected void ResetPeak()
    {
        foreach (var id in Processes())
        {
            File.WriteAllText($"/proc/{id}/clear_refs", "5");
        }
    }

    private IEnumerable<int> Processes() =>
        File.ReadAllText($"/proc/{process.Id}/task/{process.Id}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture))
            .Prepend(process.Id);

    private static long Status(int id, string field)
    {
        var line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}

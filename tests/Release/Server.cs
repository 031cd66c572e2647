using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Release;

/// <summary>The published program as a running server.</summary>
internal sealed partial class Server : IAsyncDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private Server(Process process, int port)
    {
        _process = process;
        Http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = Patience };
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
    }

    public HttpClient Http { get; }

    /// <summary>From the start of the process to the first reply.</summary>
    public TimeSpan Boot { get; private set; }

    public static async Task<Server> StartAsync(Sandbox sandbox)
    {
        var port = FreePort();
        var clock = Stopwatch.StartNew();
        var server = new Server(sandbox.Start("serve", "--dev", "--port", $"{port}", "--data", "DATA"), port);
        while (!await server.AnswersAsync())
        {
            Checks.That(!server._process.HasExited, $"the server ended at start with {(server._process.HasExited ? server._process.ExitCode : 0)}");
            Checks.That(clock.Elapsed < Patience, "the server does not answer");
            await Task.Delay(2);
        }

        server.Boot = clock.Elapsed;
        return server;
    }

    /// <summary>Resident memory in MiB: all of it, and what is no page of a file.</summary>
    public (double All, double Own) Mebibytes()
    {
        var kibibytes = File.ReadLines($"/proc/{_process.Id}/status")
            .Select(line => line.Split((char[])[':', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[0].StartsWith("Rss", StringComparison.Ordinal))
            .ToDictionary(fields => fields[0], fields => double.Parse(fields[1], CultureInfo.InvariantCulture));
        return (kibibytes.Values.Sum() / 1024, (kibibytes["RssAnon"] + kibibytes["RssShmem"]) / 1024);
    }

    /// <summary>Files that are mapped into the process and could be code.</summary>
    public IEnumerable<string> MappedLibraries() =>
        File.ReadLines($"/proc/{_process.Id}/maps")
            .Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length == 6 && fields[1].Contains('x') && fields[5].StartsWith('/'))
            .Select(fields => fields[5])
            .Distinct();

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        Checks.Equal(0, Signal(_process.Id, SigTerm));
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        Http.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var reply = await Http.GetAsync("/healthz");
            return reply.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Soak.Trials;

/// <summary>Two thousand connections that want nothing, too slowly, or break off, beside people with real calls.</summary>
internal sealed class Connections() : Trial("connections")
{
    private const int Count = 2000;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    public override async Task<IReadOnlyList<Row>> RunAsync(Stage stage)
    {
        using var weChat = new WeChat();
        await using var server = await Server.StartAsync(stage.Server, stage.Directory("connections"), weChat);
        var client = server.Client();
        await client.LogInAsync("oReal");
        var id = (string)(await client.CreateAsync("c", "c", image: false)).Data!["id"]!;
        var before = server.Handles();
        using var stop = new CancellationTokenSource();
        var crowd = Enumerable.Range(0, Count).Select(i => CrowdAsync((i % 3) switch { 0 => Idle, 1 => DribbleAsync, _ => BreakOffAsync }, server.Http.BaseAddress!.Port, client.Token!, stop.Token)).ToList();
        var (latencies, failed, peak, handles) = (new List<double>(), 0, 0.0, 0);
        foreach (var round in stage.Round(factor: 50))
        {
            var clock = Stopwatch.StartNew();
            var answer = round % 10 == 0 ? await client.CreateAsync("c", $"{round}", image: false) : await client.OpenAsync(id);
            failed += answer.Ok && clock.Elapsed < Bound ? 0 : 1;
            latencies.Add(clock.Elapsed.TotalMilliseconds);
            peak = Math.Max(peak, server.Mebibytes());
            handles = Math.Max(handles, server.Handles());
            await Task.Delay(20);
        }

        await stop.CancelAsync();
        await Task.WhenAll(crowd);
        latencies.Sort();
        return
        [
            new($"{Count:N0} connections: idle, dribbling, uploads that break off", Count, latencies.Count, failed, string.Create(CultureInfo.InvariantCulture,
                $"all {latencies.Count:N0} real calls meanwhile answered, half within {latencies[latencies.Count / 2]:0.0} ms, 99 % within {latencies[latencies.Count * 99 / 100]:0} ms; {peak:0} MiB, {handles - before:N0} handles more at peak")),
        ];
    }

    /// <summary>One of the crowd; who is thrown out comes back.</summary>
    private static async Task CrowdAsync(Func<Socket, string, CancellationToken, Task> behave, int port, string token, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, stop);
                await behave(socket, token, stop);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }

    private static async Task Idle(Socket socket, string token, CancellationToken stop) => await socket.ReceiveAsync(new byte[1], stop);

    private static async Task DribbleAsync(Socket socket, string token, CancellationToken stop)
    {
        foreach (var letter in $"GET /postcard/role HTTP/1.1\r\nHost: x\r\nX-Long: {new string('a', 1000)}\r\n")
        {
            await socket.SendAsync(new[] { (byte)letter }, stop);
            await Task.Delay(500, stop);
        }
    }

    private static async Task BreakOffAsync(Socket socket, string token, CancellationToken stop)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /postcard/upload HTTP/1.1\r\nHost: x\r\ntoken: {token}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n"
            + "--b\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n"), stop);
        await socket.SendAsync(new byte[20_000], stop);
        await Task.Delay(1000, stop);

        // Reset, not an orderly end.
        socket.LingerState = new(true, 0);
        socket.Close();
        await Task.Delay(1000, stop);
    }
}

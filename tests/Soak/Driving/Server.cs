using System.Globalization;
using System.Text.RegularExpressions;

namespace Soak.Driving;

/// <summary>The published program, serving.</summary>
internal sealed partial class Server : IAsyncDisposable
{
    private readonly Child _child;
    private readonly string _data;

    private Server(Child child, string data, Uri address)
    {
        (_child, _data) = (child, data);
        Http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public HttpClient Http { get; }

    public int Process => _child.Id;

    public string Errors => _child.Errors;

    /// <param name="before">What the program is started by, such as <c>nsenter</c> with its arguments.</param>
    public static async Task<Server> StartAsync(
        string program, string data, WeChat weChat, IReadOnlyList<string>? before = null, params (string Name, string Value)[] environment)
    {
        var child = Child.Start(
            [.. before ?? [], program, "serve", "--port", "0", "--listen", "127.0.0.1", "--data", data, "--wechat-appid", "wx1", "--wechat-secret", "s1", "--wechat-api", weChat.Api],
            [("POSTCARD_LIMITS", "off"), .. environment]);
        try
        {
            var banner = await child.FirstLine.WaitAsync(TimeSpan.FromMinutes(1));
            return new(child, data, new Uri(Origin().Match(banner).Value));
        }
        catch
        {
            child.Dispose();
            throw;
        }
    }

    public Client Client() => new(Http);

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        await _child.KillAsync();
        Http.Dispose();
    }

    /// <summary>SIGTERM.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> StopAsync() => _child.StopAsync();

    /// <summary>Resident memory in MiB.</summary>
    public double Mebibytes() => long.Parse(
        File.ReadLines($"/proc/{Process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024.0;

    /// <summary>Open files and sockets.</summary>
    public int Handles() => Directory.GetFileSystemEntries($"/proc/{Process}/fd").Length;

    /// <summary>What the data directory takes, in MiB.</summary>
    public double DiskMebibytes() => Directory.EnumerateFiles(_data, "*", SearchOption.AllDirectories)
        .Sum(path => new FileInfo(path) is { Exists: true } file ? file.Length : 0) / (1024.0 * 1024);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _child.KillAsync();
        _child.Dispose();
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Origin();
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Postcard.Tests.Support;

/// <summary>The program as a process of its own, which can be killed.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    /// <summary>A server that does not end fails its test instead of holding up all.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private ServerProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>Starts <c>postcard serve</c> on a free port of loopback and waits until it says where it listens.</summary>
    public static async Task<ServerProcess> StartAsync(string data, string weChatApi)
    {
        var process = Start(
            "serve", "--port", "0", "--listen", "127.0.0.1", "--data", data,
            "--wechat-appid", FakeWeChat.AppId, "--wechat-secret", FakeWeChat.Secret, "--wechat-api", weChatApi);
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Origin().Match(line) is { Success: true, Value: var origin })
            {
                // Nobody reads on: the banner is all that a server prints there.
                return new(process, new Uri(origin));
            }
        }

        throw new InvalidOperationException("The server ended before it listened.");
    }

    /// <summary>Starts another command.</summary>
    public static ServerProcess Run(params string[] args) => new(Start(args), new Uri("http://127.0.0.1"));

    /// <summary>SIGKILL: the process gets no chance to finish anything.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>Sends a signal, such as 15 for SIGTERM.</summary>
    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    /// <returns>The exit code; 128 and the signal's number for one that a signal ended.</returns>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo
        {
            // A shell that runs the tests in the background has its children ignore SIGINT, and so would the server.
            FileName = "env",
            ArgumentList = { "--default-signal=INT", Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "postcard.dll") },
            RedirectStandardOutput = true,
        };
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        // A server takes a variable of ours that it does not know for a mistake, and those for the tests it does not know.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("POSTCARD_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        // Tests write faster than any user may.
        start.Environment["POSTCARD_LIMITS"] = "off";

        return Process.Start(start)!;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Origin();
}

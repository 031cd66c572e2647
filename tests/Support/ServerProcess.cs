using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Postcard.Tests.Support;

/// <summary>The program as a process of its own, which can be killed.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>Starts <c>postcard serve</c> on a free port of loopback and waits until it says where it listens.</summary>
    public static async Task<ServerProcess> StartAsync(string data, string weChatApi)
    {
        var process = Process.Start(new ProcessStartInfo
        {
            FileName = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "postcard.dll"), "serve", "--port", "0", "--listen", "127.0.0.1", "--data", data,
                "--wechat-appid", FakeWeChat.AppId, "--wechat-secret", FakeWeChat.Secret, "--wechat-api", weChatApi,
            },
            RedirectStandardOutput = true,
        })!;
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

    /// <summary>SIGKILL: the process gets no chance to finish anything.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Origin();
}

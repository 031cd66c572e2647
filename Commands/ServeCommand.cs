using System.CommandLine;
using Microsoft.Extensions.Logging;
using Postcard.Configuration;
using Postcard.Endpoints.Http;
using Postcard.Media;

namespace Postcard.Commands;

/// <summary><c>postcard serve</c>: runs the server until it is told to stop.</summary>
internal static partial class ServeCommand
{
    /// <summary>How long requests under way may take to end after SIGTERM; what is left of ten seconds closes the store.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(7);

    public static Command Make(Surroundings around)
    {
        var command = new ExampleCommand("serve", "Run the server.")
        {
            Examples =
            [
                ("Try it out on loopback, without WeChat", "postcard serve --dev"),
                ("Serve a mini-program on all addresses", "postcard serve --wechat-appid wx0123456789abcdef --wechat-secret-file /etc/postcard/secret"),
                ("Behind a reverse proxy, with a settings file", "postcard serve --listen 127.0.0.1 --config /etc/postcard/postcard.json"),
                ("The same by variables", "POSTCARD_LISTEN=127.0.0.1 POSTCARD_CONFIG=/etc/postcard/postcard.json postcard serve"),
            ],
        };
        var options = new SettingsOptions(command, SettingsTable.Flags);
        command.SetAction((parsed, stop) => RunAsync(options.Load(parsed, around, forServing: true).Settings, around, stop));
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, Surroundings around, CancellationToken stop)
    {
        using var loggers = PlainLog.Create(around.Error, TimeProvider.System, json: settings.LogFormat == "json");
        var log = loggers.CreateLogger("Postcard");
        var codecs = Task.Run(() => new Codecs(Pictures.Codec, Sounds.Codec), stop);
        await using var access = settings.AccessLog ? new AccessLog(around.Out, settings.LogFormat == "json") : null;
        await using var service = await StartAsync(settings, loggers, access);
        if (settings.LogFormat == "json")
        {
            // Standard output is the access log's then, a JSON object in each line.
            LogListening(log, ProgramVersion.Text, string.Join(", ", service.Server.Addresses), settings.Data);
        }
        else
        {
            await Banner.WriteAsync(around.Out, settings, service, await codecs);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        LogStopping(log);
        using var limit = new CancellationTokenSource(DrainTime);
        await service.StopAsync(limit.Token);
        LogStopped(log);
        return ExitCode.Done;
    }

    private static async Task<Service> StartAsync(Settings settings, ILoggerFactory loggers, AccessLog? access)
    {
        try
        {
            return await Service.StartAsync(settings, loggers, TimeProvider.System, access: access);
        }
        catch (Exception e) when (StartFault.Describe(e, settings) is { } line)
        {
            throw new CommandException(line);
        }
    }

    [LoggerMessage(LogLevel.Information, "Postcard {Version} on {Addresses}, data in {Data}")]
    private static partial void LogListening(ILogger log, string version, string addresses, string data);

    [LoggerMessage(LogLevel.Information, "Stopping: requests under way may end")]
    private static partial void LogStopping(ILogger log);

    [LoggerMessage(LogLevel.Information, "Stopped")]
    private static partial void LogStopped(ILogger log);
}

using System.Net;
using Microsoft.Extensions.Logging;
using Postcard.Commands;
using Postcard.Endpoints.Http;

namespace Postcard.Tests.Support;

/// <summary>
/// The whole server on a free port of loopback, with its data in a temp folder and a WeChat that does what tests want. Nobody reviews
/// cards unless the settings say so.
/// </summary>
internal sealed class PostcardServer : IAsyncDisposable
{
    /// <summary>For tests about something else, which ask faster than any user may.</summary>
    private static readonly RateSettings Ample = new() { LoginsPerMinute = 100_000, WritesPerMinute = 100_000, UploadsPerMinute = 100_000, ReadsPerSecond = 100_000 };

    private readonly TempFolder _folder = new();
    private readonly TimeProvider _time;
    private readonly AccessLog? _access;
    private readonly LoggerFactory _loggers;
    private Service? _service;

    private PostcardServer(FakeWeChat weChat, Settings settings, TimeProvider time, AccessLog? access)
    {
        (WeChat, _time, _access, _loggers) = (weChat, time, access, Log.Factory());
        Settings = settings with
        {
            Port = 0, Listen = "127.0.0.1", Data = _folder["data"], Moderation = settings.Moderation ?? "off", Rates = settings.Rates == new RateSettings() ? Ample : settings.Rates,
            WeChat = settings.WeChat with { AppId = FakeWeChat.AppId, Secret = FakeWeChat.Secret, Api = weChat.Api },
        };
    }

    public FakeWeChat WeChat { get; }

    public Settings Settings { get; private set; }

    /// <summary>What the server logged, over restarts.</summary>
    public LogLines Log { get; } = new();

    public Service Service => _service ?? throw new InvalidOperationException("The server is stopped.");

    public Uri Address => new(Service.Server.Addresses[0]);

    public static async Task<PostcardServer> StartAsync(Settings? settings = null, TimeProvider? time = null, AccessLog? access = null)
    {
        var server = new PostcardServer(await FakeWeChat.StartAsync(), settings ?? new Settings(), time ?? TimeProvider.System, access);
        await server.RestartAsync();
        return server;
    }

    /// <summary>Ends the server, if it runs, and starts one on the same data.</summary>
    public async Task RestartAsync(Func<Settings, Settings>? change = null)
    {
        await StopAsync();
        Settings = change?.Invoke(Settings) ?? Settings;
        _service = await Service.StartAsync(Settings, _loggers, _time, access: _access);
    }

    public async Task StopAsync()
    {
        if (_service is { } service)
        {
            _service = null;
            await service.DisposeAsync();
        }
    }

    /// <summary>A phone that nobody has logged in on.</summary>
    public Phone Stranger() => new(this, null);

    /// <summary>A phone that <paramref name="openId"/> has logged in on, through WeChat.</summary>
    public async Task<Phone> LogInAsync(string openId)
    {
        Reply reply;
        do
        {
            reply = await Stranger().PostAsync("/postcard/access", $$"""{"code":"{{WeChat.Issue("code-" + Guid.NewGuid().ToString("N"), openId)}}"}""");
        }
        while (reply.Status is HttpStatusCode.GatewayTimeout); // A machine under load: as a front end does, with a new code.

        return new(this, reply.Ok().GetProperty("token").GetString());
    }

    /// <summary>Asserts that records, indexes, counters and files agree.</summary>
    public async Task AgreesAsync()
    {
        await foreach (var flaw in Service.App.Store.NewVerifier().RunAsync(TimeSpan.FromHours(1), TestContext.Current.CancellationToken))
        {
            Assert.Null(flaw);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await WeChat.DisposeAsync();
        _loggers.Dispose();
        _folder.Dispose();
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using Postcard.Commands;
using Postcard.Endpoints;

namespace Postcard.Tests.Support;

/// <summary>
/// The whole server on a free port of loopback, with its data in a temp folder and a WeChat that does what tests want. Nobody reviews
/// cards unless the settings say so.
/// </summary>
internal sealed class PostcardServer : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TimeProvider _time;
    private readonly AccessLog? _access;
    private Service? _service;

    private PostcardServer(FakeWeChat weChat, Settings settings, TimeProvider time, AccessLog? access)
    {
        (WeChat, _time, _access) = (weChat, time, access);
        Settings = settings with
        {
            Port = 0, Listen = "127.0.0.1", Data = _folder["data"], Moderation = settings.Moderation ?? "off", WeChat = new() { AppId = FakeWeChat.AppId, Secret = FakeWeChat.Secret, Api = weChat.Api },
        };
    }

    public FakeWeChat WeChat { get; }

    public Settings Settings { get; private set; }

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
        _service = await Service.StartAsync(Settings, NullLoggerFactory.Instance, _time, access: _access);
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
        var reply = await Stranger().PostAsync("/postcard/access", $$"""{"code":"{{WeChat.Issue("code-" + Guid.NewGuid().ToString("N"), openId)}}"}""");
        return new(this, reply.Ok().GetProperty("token").GetString());
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await WeChat.DisposeAsync();
        _folder.Dispose();
    }
}

using Microsoft.Extensions.Logging;
using Postcard.Endpoints;
using Postcard.Endpoints.Http;
using Postcard.Jobs;
using Postcard.Media;
using Postcard.Storage;
using Postcard.WeChat;
using Backups = Postcard.Jobs.Backups;
using Checks = Postcard.Jobs.Checks;

namespace Postcard.Commands;

/// <summary>The parts of the server, put together: storage, media and WeChat below, the web server and the background jobs above.</summary>
internal sealed class Service : IAsyncDisposable
{
    /// <summary>WeChat fetches within half an hour.</summary>
    private static readonly TimeSpan MediaLinkLifetime = TimeSpan.FromHours(1);

    private readonly HttpClient _http;
    private readonly IReadOnlyList<Job> _jobs;

    private Service(App app, Server server, HttpClient http, IReadOnlyList<Job> jobs)
    {
        (App, Server, _http, _jobs) = (app, server, http, jobs);
    }

    public App App { get; }

    public Server Server { get; }

    /// <param name="controlOnly">No TCP and no jobs: the command line's way to use the handlers while no server runs.</param>
    /// <param name="access">Gets a line for each request; stays the caller's.</param>
    public static async Task<Service> StartAsync(Settings settings, ILoggerFactory loggers, TimeProvider time, bool controlOnly = false, AccessLog? access = null)
    {
        var quota = settings.Limits ? new Quota(settings.QuotaCards, settings.QuotaMegabytes * 1024L * 1024) : Quota.None;
        var store = await Store.OpenAsync(settings.Data, settings.CacheMegabytes * 1024L * 1024, CardJson.Render, quota, time, loggers.CreateLogger<Store>());
        var http = WeChatHttp.Create(settings.WeChat.Api);
        var weChat = new WeChatClient(http, settings.WeChat.AppId, settings.WeChat.Secret, loggers.CreateLogger<WeChatClient>(), time);
        var app = new App(settings, store, new Pictures(settings.MediaMegabytes * 1024L * 1024), new Sounds(), weChat, time) { AccessLog = access };
        try
        {
            if (settings.Dev && !controlOnly)
            {
                await Seed.RunAsync(app);
            }

            var identity = new IdentityLookup(token => Callers.FindAsync(app, token));
            var server = await Server.StartAsync(app, Routes.All, identity, loggers, controlOnly);
            return new(app, server, http, controlOnly ? [] : [.. Jobs(app, loggers)]);
        }
        catch
        {
            await DisposeAsync(app, http);
            throw;
        }
    }

    /// <summary>Takes no more connections and waits for the requests under way, until <paramref name="cancel"/> cuts them.</summary>
    public Task StopAsync(CancellationToken cancel)
    {
        App.Stopping = true;
        return Server.StopAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Server.DisposeAsync();
        }
        finally
        {
            await DisposeJobsAsync();
        }
    }

    private async Task DisposeJobsAsync()
    {
        try
        {
            await Task.WhenAll(_jobs.Select(job => job.DisposeAsync().AsTask()));
        }
        finally
        {
            await DisposeAsync(App, _http);
        }
    }

    private static IEnumerable<Job> Jobs(App app, ILoggerFactory loggers)
    {
        var (settings, store, time) = (app.Settings, app.Store, app.Time);
        yield return new Sweeps(store, TimeSpan.FromHours(settings.TempHours), time, loggers.CreateLogger<Sweeps>());
        if (settings.Backup.Dir is { } directory)
        {
            yield return new Backups(store, settings, directory, time, loggers.CreateLogger<Backups>());
        }

        if (settings.Review == "wechat")
        {
            var link = new Func<string, string>(path => settings.PublicUrl + app.Signed.Sign(path, time.GetUtcNow() + MediaLinkLifetime));
            yield return new Checks(store, app.WeChat.Content, settings.ChecksMediaByLink ? link : null, time, loggers.CreateLogger<Checks>());
        }
    }

    private static async ValueTask DisposeAsync(App app, HttpClient http)
    {
        app.Meters.Dispose();
        app.Pictures.Dispose();
        app.Sounds.Dispose();
        http.Dispose();
        await app.Store.DisposeAsync();
    }
}

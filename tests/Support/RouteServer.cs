using Microsoft.Extensions.Logging;
using Postcard.Endpoints;
using Postcard.Endpoints.Http;

namespace Postcard.Tests.Support;

/// <summary>The web server alone, with a route table of the test's own and without storage, media or WeChat.</summary>
internal sealed class RouteServer : IAsyncDisposable
{
    public static readonly Caller Alice = new("u1", "openid-Alice", Admin: false);
    public static readonly Caller Root = new("u2", "openid-Root", Admin: true);

    private readonly TempFolder _folder;
    private readonly LoggerFactory _loggers;
    private readonly Server _server;

    private RouteServer(TempFolder folder, LogLines log, LoggerFactory loggers, Server server)
    {
        (_folder, Log, _loggers, _server) = (folder, log, loggers, server);
    }

    public LogLines Log { get; }

    public string Data => _folder["data"];

    public Uri Address => new(_server.Addresses[0]);

    /// <summary>The tokens <c>alice</c> and <c>root</c> are somebody's.</summary>
    public static Task<RouteServer> StartAsync(params Route[] routes) => StartAsync(new Settings(), routes);

    public static async Task<RouteServer> StartAsync(Settings settings, params Route[] routes)
    {
        var folder = new TempFolder();
        var log = new LogLines();
        var loggers = log.Factory();
        settings = settings with { Port = 0, Listen = "127.0.0.1", Data = folder["data"] };
        var app = new App(settings, null!, null!, null!, null!, TimeProvider.System);
        var server = await Server.StartAsync(app, routes, token => new(token switch { "alice" => Alice, "root" => Root, _ => null }), loggers);
        return new(folder, log, loggers, server);
    }

    /// <summary>One reply to what is said on a connection of its own.</summary>
    public async Task<RawReply> SendAsync(string request)
    {
        using var connection = await RawConnection.OpenAsync(Address);
        await connection.SendAsync(request);
        return await connection.ReadAsync(head: request.StartsWith("HEAD ", StringComparison.Ordinal));
    }

    public Task<RawReply> GetAsync(string path, params string[] headers) => SendAsync(Request("GET", path, "", headers));

    public Task<RawReply> PostAsync(string path, string body, params string[] headers) => SendAsync(Request("POST", path, body, headers));

    /// <param name="headers">Lines as <c>Name: value</c>.</param>
    public static string Request(string method, string path, string body = "", params string[] headers) =>
        $"{method} {path} HTTP/1.1\r\nHost: test\r\n{string.Concat(headers.Select(header => header + "\r\n"))}"
        + (body == "" ? "" : $"Content-Length: {System.Text.Encoding.UTF8.GetByteCount(body)}\r\n") + $"\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _loggers.Dispose();
        _folder.Dispose();
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Postcard.Tests.Support;

/// <summary>
/// WeChat's <c>sns/jscode2session</c> on a free port of loopback. It behaves like the real one: a code that was issued works
/// once, then it is 40163; a code that nobody issued is 40029; a wrong appid is 40013, a wrong secret 40125.
/// <see cref="Script"/> makes it misbehave for one code. The calls that need an access token are in the other half.
/// </summary>
internal sealed partial class FakeWeChat : IAsyncDisposable
{
    public const string AppId = "wx-test-appid";
    public const string Secret = "test-secret-0123456789abcdef";
    public const string SessionKey = "session-key-that-must-not-travel";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<RequestDelegate>> _scripts = new();
    private readonly ConcurrentQueue<string> _codesAsked = new();
    private readonly CancellationTokenSource _stopping = new();

    private FakeWeChat()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapGet("/sns/jscode2session", (RequestDelegate)AnswerAsync);
        _app.MapPost("/{**api}", (RequestDelegate)AnswerPostAsync);
    }

    /// <summary>What <c>wechat.api</c> is set to.</summary>
    public string Api => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>The codes of all requests that came, in order.</summary>
    public IReadOnlyCollection<string> CodesAsked => _codesAsked;

    public static async Task<FakeWeChat> StartAsync()
    {
        var fake = new FakeWeChat();
        await fake._app.StartAsync();
        return fake;
    }

    /// <summary>Lets <paramref name="code"/> log in as <paramref name="openId"/>, once.</summary>
    /// <returns>The code.</returns>
    public string Issue(string code, string openId) => Script(code, OpenId(openId), Error(40163));

    /// <summary>Answers the requests with <paramref name="code"/> by these replies in turn; the last one stays.</summary>
    /// <returns>The code.</returns>
    public string Script(string code, params RequestDelegate[] replies)
    {
        _scripts[code] = new(replies);
        return code;
    }

    public static RequestDelegate OpenId(string openId) =>
        Json($$"""{"session_key":"{{SessionKey}}","openid":"{{JsonEncodedText.Encode(openId)}}"}""");

    public static RequestDelegate Error(int code, string message = "refused, rid: 6572b1c1-0a1b2c3d-4e5f6071") =>
        Json($$"""{"errcode":{{code}},"errmsg":"{{message}}"}""");

    /// <summary>As WeChat often sends it: JSON declared as plain text.</summary>
    public static RequestDelegate Json(string body) => Raw(200, "text/plain", body);

    public static RequestDelegate Raw(int status, string contentType, string body) => http =>
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        return http.Response.WriteAsync(body);
    };

    /// <summary>
    /// Takes the request, then ends the connection in an orderly way without a byte: what HTTP clients take for a connection
    /// that was idle too long. (<c>HttpContext.Abort</c> would reset it.)
    /// </summary>
    public static Task HangUp(HttpContext http)
    {
        http.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket.Shutdown(SocketShutdown.Both);
        return Task.CompletedTask;
    }

    /// <summary>Takes the request and never answers.</summary>
    public RequestDelegate Silence => async http =>
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token);
        await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    };

    /// <summary>Answers with <paramref name="then"/> as soon as <paramref name="gate"/> opens.</summary>
    public static RequestDelegate After(Task gate, RequestDelegate then) => async http =>
    {
        await gate;
        await then(http);
    };

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private Task AnswerAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var code = query["js_code"].ToString();
        _codesAsked.Enqueue(code);
        return Reply()(http);

        RequestDelegate Reply()
        {
            if (query["appid"] != AppId)
            {
                return Error(40013, "invalid appid, rid: 1111-2222");
            }

            if (query["secret"] != Secret)
            {
                return Error(40125, "invalid appsecret, rid: 3333-4444");
            }

            if (query["grant_type"] != "authorization_code" || !_scripts.TryGetValue(code, out var replies))
            {
                return Error(40029, "invalid code");
            }

            return replies.Count > 1 && replies.TryDequeue(out var next) ? next
                : replies.TryPeek(out var last) ? last : Error(40029, "invalid code");
        }
    }
}

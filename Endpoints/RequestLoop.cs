using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Postcard.Endpoints;

/// <summary>Takes each request through the route's policy to its handler, and every exception to a reply.</summary>
internal sealed partial class RequestLoop(App app, Router router, IdentityLookup identity, ILogger<RequestLoop> log)
    : IHttpApplication<Exchange>
{
    private static readonly Caller CommandLine = new("", "", Admin: true);

    private readonly TrustedProxies _proxies = new(app.Settings.TrustedProxies);
    private readonly RateLimits? _limits = app.Settings.Limits ? new(app.Settings.Rates, app.Time) : null;

    public Exchange CreateContext(IFeatureCollection features)
    {
        if (features is not IHostContextContainer<Exchange> connection)
        {
            return new(features);
        }

        if (connection.HostContext is not { } exchange)
        {
            return connection.HostContext = new(features);
        }

        exchange.Http.Initialize(features);
        return exchange;
    }

    public void DisposeContext(Exchange exchange, Exception? exception) => exchange.Http.Uninitialize();

    public async Task ProcessRequestAsync(Exchange exchange)
    {
        var http = exchange.Http;
        Call? call = null;
        try
        {
            var route = RouteOf(http, out var id);
            if (route is null)
            {
                await Replies.OkAsync(new Call(http, app, null, ""));
                return;
            }

            if (route.Guard is Guard.Control && !exchange.Control)
            {
                throw Failure.NotFound();
            }

            var caller = route.Guard == Guard.Open ? null : await CallerAsync(exchange, route.Guard);
            Admit(exchange, route.Rate, caller);
            call = new Call(http, app, caller, id);
            CheckLength(http.Request, route.Body);
            await route.Handler(call);
        }
        catch (Exception e)
        {
            // The one place that may catch all: whatever a request ends in becomes its reply.
            await RefuseAsync(call ?? new Call(http, app, null, ""), e);
        }
    }

    /// <summary>The route, or null for <c>OPTIONS</c>, whose header is set then.</summary>
    private Route? RouteOf(HttpContext http, out string id)
    {
        id = "";
        var place = router.Find(http.Request.Path.Value ?? "", out var segment) ?? throw Failure.NotFound();
        if (!place.TryGet(http.Request.Method, out var route))
        {
            http.Response.Headers.Allow = place.Allow;
            return HttpMethods.IsOptions(http.Request.Method) ? null : throw Failure.MethodNotAllowed();
        }

        if (!segment.IsEmpty)
        {
            id = IsId(segment) ? segment.ToString() : throw Failure.BadRequest("编号不正确", "This id is not valid");
        }

        return route;
    }

    /// <summary>Nothing that could be more than one name in a path reaches a handler.</summary>
    private static bool IsId(ReadOnlySpan<char> id) =>
        id.Length <= HttpLimits.IdCharacters && !id.ContainsAnyExcept(IdCharacters);

    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_");

    private async ValueTask<Caller?> CallerAsync(Exchange exchange, Guard guard)
    {
        var token = TokenOf(exchange.Http.Request.Headers["token"]);
        var caller = token is null ? null : await IdentifyAsync(exchange, token, guard);
        if (caller is null && exchange.Control)
        {
            caller = CommandLine;
        }

        return guard switch
        {
            Guard.Optional => caller,
            _ when caller is null => throw Unauthorized(exchange, token),
            Guard.Admin when !caller.Admin => throw Failure.Forbidden(),
            _ => caller,
        };
    }

    /// <summary>
    /// Whose token it is. From an address that sent many tokens of nobody's, guesses do not reach the store any more. Tokens that may be
    /// somebody's do: a whole campus may be behind that address.
    /// </summary>
    /// <exception cref="Failure">429; where a token is optional the guess counts as none instead.</exception>
    private async ValueTask<Caller?> IdentifyAsync(Exchange exchange, string token, Guard guard)
    {
        if (_limits is null || exchange.Control)
        {
            return await identity(token);
        }

        var client = exchange.ClientOf(_proxies);
        if (_limits.WaitForTokens(client) is { } wait && !app.Store.Users.MayKnow(token))
        {
            return guard is Guard.Optional ? null : throw RateLimits.TooOften(wait);
        }

        var caller = await identity(token);
        if (caller is null)
        {
            _limits.CountRefusedToken(client);
        }

        return caller;
    }

    /// <summary>A refused token is counted already; who comes without any is counted like one who looks.</summary>
    private Failure Unauthorized(Exchange exchange, string? token)
    {
        Admit(exchange, token is null ? Rate.Read : Rate.None, null);
        return Failure.Unauthorized();
    }

    private void Admit(Exchange exchange, Rate rate, Caller? caller)
    {
        if (_limits is not null && !exchange.Control && rate is not Rate.None)
        {
            _limits.Admit(rate, exchange.ClientOf(_proxies), caller?.Uid);
        }
    }

    /// <summary>Front ends send what an unset variable prints as.</summary>
    private static string? TokenOf(StringValues header) =>
        header.Count == 1 && header[0] is { Length: > 0 and <= HttpLimits.TokenCharacters } token and not ("undefined" or "null") ? token : null;

    private static void CheckLength(HttpRequest request, Body body)
    {
        var (limit, text) = body switch
        {
            Body.Json => (HttpLimits.JsonBytes, "64 KiB"),
            Body.Media => (HttpLimits.MediaBytes, "120 MB"),
            _ => (long.MaxValue, ""),
        };
        if (request.ContentLength > limit)
        {
            throw Failure.TooLarge($"内容过大，最多 {text}", $"This is too large, the limit is {text}");
        }
    }

    private async Task RefuseAsync(Call call, Exception exception)
    {
        var http = call.Http;
        if (http.RequestAborted.IsCancellationRequested || exception is ConnectionResetException)
        {
            // Nobody is left to answer. Aborting keeps the server from reading the rest of the body, which fails noisily after a reset.
            http.Abort();
            return;
        }

        if (Failures.Of(exception) is not { } failure)
        {
            failure = Failure.Internal();
            http.Response.Headers["X-Request-Id"] = http.TraceIdentifier;
            LogFailed(http.TraceIdentifier, exception.GetType().Name, exception.StackTrace);
        }

        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        // A body that is off the protocol has no rest to read.
        var readOn = exception is not BadHttpRequestException;
        if (readOn)
        {
            Drain.Announce(http);
        }

        await Replies.FailAsync(call, failure);
        if (readOn)
        {
            await Drain.ReadOnAsync(http, app.Time);
        }
    }

    // Not the exception's message: it may hold a path, and so a user's id.
    [LoggerMessage(LogLevel.Error, "Request {Id} failed: {Type}\n{Stack}")]
    private partial void LogFailed(string id, string type, string? stack);
}

using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Postcard.Endpoints.Http;

/// <summary>Takes each request through the route's policy to its handler, and every exception to a reply.</summary>
internal sealed partial class RequestLoop(App app, Router router, IdentityLookup identity, ILogger<RequestLoop> log)
    : IHttpApplication<Exchange>
{
    private const int ClientGone = 499;

    private readonly TrustedProxies _proxies = new(app.Settings.TrustedProxies);
    private readonly Admission _admission = new(app, identity);

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
        var (http, started) = (exchange.Http, Stopwatch.GetTimestamp());
        Call? call = null;
        Route? route = null;
        int status;
        try
        {
            route = RouteOf(http, out var id);
            if (route is null)
            {
                await Replies.OkAsync(new Call(http, app, null, ""));
            }
            else
            {
                if (route.Rate is not Rate.Read)
                {
                    CurrentRequest.Id = http.TraceIdentifier;
                }

                call = await _admission.AdmitAsync(exchange, route, id);
                await route.Handler(call);
            }

            status = http.Response.StatusCode;
        }
        catch (Exception e)
        {
            // The one place that may catch all: whatever a request ends in becomes its reply.
            status = await RefuseAsync(call ?? new Call(http, app, null, "") { Beside = route?.Beside }, e);
        }

        Record(exchange, route, status, Stopwatch.GetTimestamp() - started, call?.Sent);
    }

    private void Record(Exchange exchange, Route? route, int status, long ticks, long? sent)
    {
        var http = exchange.Http;
        var bytes = HttpMethods.IsHead(http.Request.Method) || status is 304 ? 0 : http.Response.ContentLength ?? sent;
        app.Traffic.Record(route, status, ticks, bytes ?? 0);
        app.AccessLog?.Add(new(
            app.Time.GetUtcNow(), http.TraceIdentifier, route is null ? "other" : http.Request.Method, route?.Path ?? "other", status, bytes,
            ticks * 1000.0 / Stopwatch.Frequency, exchange.Control ? null : exchange.ClientOf(_proxies)));
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

    /// <returns>The reply's status; 499 when the client did not wait for it.</returns>
    private async Task<int> RefuseAsync(Call call, Exception exception)
    {
        var http = call.Http;
        if (http.RequestAborted.IsCancellationRequested || exception is ConnectionResetException)
        {
            // Nobody is left to answer. Aborting keeps the server from reading the rest of the body, which fails noisily after a reset.
            http.Abort();
            return ClientGone;
        }

        var failure = Failures.Of(exception) ?? Failure.Internal();
        if (failure.Reason is "internal")
        {
            LogFailed(http.TraceIdentifier, exception.GetType().Name, exception.StackTrace);
        }

        if (http.Response.HasStarted)
        {
            http.Abort();
            return failure.Status;
        }

        if (failure.Reason is "internal")
        {
            http.Response.Headers["X-Request-Id"] = http.TraceIdentifier;
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

        return failure.Status;
    }

    // Not the exception's message: it may hold a path, and so a user's id.
    [LoggerMessage(LogLevel.Error, "Request {Id} failed: {Type}\n{Stack}")]
    private partial void LogFailed(string id, string type, string? stack);
}

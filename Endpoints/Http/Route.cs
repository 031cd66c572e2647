using Microsoft.AspNetCore.Http;

namespace Postcard.Endpoints.Http;

/// <summary>Who may call a route.</summary>
internal enum Guard
{
    /// <summary>The header <c>token</c> is not looked at.</summary>
    Open,

    /// <summary>An unknown or expired token counts as none.</summary>
    Optional,

    /// <summary>401 without a valid token.</summary>
    User,

    /// <summary>A user named an admin, or the command line through the control socket.</summary>
    Admin,

    /// <summary>The command line through the control socket; for everybody else there is nothing at this path.</summary>
    Control,

    /// <summary>This machine, the control socket, or who sends the token of the metrics; for everybody else there is nothing at this path.</summary>
    Metrics,
}

/// <summary>What body a route takes, and so how large it may be.</summary>
internal enum Body
{
    None,

    /// <summary>At most 64 KiB.</summary>
    Json,

    /// <summary>A multipart form with one picture or one sound: the larger medium's bound plus room for the form.</summary>
    Media,
}

internal delegate Task Handler(Call call);

/// <param name="Path">Segments as they come, <c>{id}</c> for the one that varies.</param>
internal sealed record Route(string Method, string Path, Guard Guard, Body Body, Rate Rate, Handler Handler)
{
    /// <summary>Counted as its method suggests: what only looks is a read, the rest a write.</summary>
    public Route(string method, string path, Guard guard, Body body, Handler handler)
        : this(method, path, guard, body, method == "GET" ? Rate.Read : Rate.Write, handler)
    {
    }

    /// <summary>Whether banned users may call it although it changes something.</summary>
    public bool ForBanned { get; init; }

    /// <summary>JSON members beside <c>data</c> of every reply, also of those that no handler gave.</summary>
    public string? Beside { get; init; }

    public bool IsWrite { get; } = Method != HttpMethods.Get;
}

/// <summary>Who is calling, as far as handlers care.</summary>
/// <param name="Uid">Our own random id of the user, never the openid. Empty for the control socket.</param>
internal sealed record Caller(string Uid, string OpenId, bool Admin, bool Banned = false)
{
    /// <summary>The name in the log of what admins did.</summary>
    public string Actor => Uid.Length == 0 ? Storage.Actor.CommandLine : Uid;
}

/// <summary>One request on its way through a handler.</summary>
internal sealed class Call(HttpContext http, App app, Caller? caller, string id)
{
    public HttpContext Http { get; } = http;
    public App App { get; } = app;
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Null only where the route's guard lets strangers in.</summary>
    public Caller? Caller { get; } = caller;

    public Caller User => Caller ?? throw Failure.Unauthorized();

    /// <summary>The text that stood at <c>{id}</c>; empty when the route has none.</summary>
    public string Id { get; } = id;

    /// <summary>Whether <c>Accept-Language</c> prefers English.</summary>
    public bool English => Language.PrefersEnglish(Http.Request.Headers.AcceptLanguage);

    /// <summary>
    /// JSON members beside <c>data</c>, as <c>"new":1,"exist":0</c>. What is set here stands in the reply whether the handler
    /// answers or fails. It begins as the route's.
    /// </summary>
    public string? Beside { get; set; }

    /// <summary>How much of a reply without a length was written so far; null where nobody counts.</summary>
    public long? Sent { get; set; }
}

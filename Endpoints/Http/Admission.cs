using Microsoft.AspNetCore.Http;

namespace Postcard.Endpoints.Http;

/// <summary>Lets a request in, by its route's row in the table: guard, rate and size of the body.</summary>
internal sealed class Admission(App app, IdentityLookup identity)
{
    private static readonly Caller CommandLine = new("", "", Admin: true);

    private readonly TrustedProxies _proxies = new(app.Settings.TrustedProxies);
    private readonly RateLimits? _limits = app.Settings.Limits ? new(app.Settings.Rates, app.Time) : null;

    /// <exception cref="Failure">It is not let in.</exception>
    public async ValueTask<Call> AdmitAsync(Exchange exchange, Route route, string id)
    {
        var http = exchange.Http;
        if (!exchange.Control && (route.Guard is Guard.Control || (route.Guard is Guard.Metrics && !Metrics.MayRead(http, app.Settings.MetricsToken))))
        {
            throw Failure.NotFound();
        }

        var caller = route.Guard is Guard.Open or Guard.Metrics ? null : await CallerAsync(exchange, route);
        Admit(exchange, route.Rate, caller);
        CheckLength(http.Request, route.Body);
        return new Call(http, app, caller, id) { Beside = route.Beside };
    }

    private async ValueTask<Caller?> CallerAsync(Exchange exchange, Route route)
    {
        var token = Callers.TokenOf(exchange.Http.Request.Headers["token"]);
        var caller = token is null ? null : await IdentifyAsync(exchange, token, route.Guard);
        if (caller is null && exchange.Control)
        {
            caller = CommandLine;
        }

        return route.Guard switch
        {
            Guard.Optional => caller,
            _ when caller is null => throw Unauthorized(exchange, token),
            Guard.User when caller.Uid.Length == 0 => throw Failure.Unauthorized(),
            _ when caller.Banned && route.IsWrite && !route.ForBanned => throw Failure.Banned(),
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
        if (_limits.WaitForTokens(client) is { } wait && !app.Store.Tokens.MayKnow(token))
        {
            return guard is Guard.Optional ? null : throw RateLimits.TooManyTokens(wait);
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
}

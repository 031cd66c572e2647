using Microsoft.Extensions.Primitives;

namespace Postcard.Endpoints.Http;

/// <summary>Who sent a request.</summary>
internal static class Callers
{
    /// <summary>Who the header <c>token</c> stands for; null when nobody.</summary>
    public static async ValueTask<Caller?> FindAsync(App app, string token)
    {
        var user = await app.Store.Users.FindByTokenAsync(token, app.Settings.AcceptOpenid);
        return user is null || !app.Settings.Knows(user.OpenId)
            ? null
            : new(user.Uid, user.OpenId, !user.Banned && (user.Admin || app.Settings.IsAdmin(user.OpenId)), user.Banned);
    }

    /// <summary>Null without a token; front ends send what an unset variable prints as.</summary>
    public static string? TokenOf(StringValues header) =>
        header.Count == 1 && header[0] is { Length: > 0 and <= HttpLimits.TokenCharacters } token and not ("undefined" or "null") ? token : null;
}

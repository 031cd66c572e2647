using System.Net;
using System.Text.Json;

namespace Postcard.WeChat;

internal enum AccountState { Ok, IpNotAllowed, AccountRefused, OutOfReach }

internal sealed record AccountProbe(AccountState State, string? Address);

/// <summary>Seam until the access token class comes.</summary>
internal static class WeChatAccount
{
    public static async Task<AccountProbe> ProbeAsync(HttpClient http, string appId, string secret, CancellationToken cancel)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("grant_type", "client_credential");
            json.WriteString("appid", appId);
            json.WriteString("secret", secret);
            json.WriteBoolean("force_refresh", false);
            json.WriteEndObject();
        }

        using var response = await http.PostAsync("cgi-bin/stable_token", new ByteArrayContent(buffer.ToArray()), cancel);
        var reply = response.StatusCode is HttpStatusCode.OK ? WeChatReply.Parse(await response.Content.ReadAsByteArrayAsync(cancel)) : null;
        return new(reply?.Code switch
        {
            0 => AccountState.Ok,
            40164 => AccountState.IpNotAllowed,
            40013 or 40125 or 41002 or 41004 or 40001 or 40243 or 61024 => AccountState.AccountRefused,
            _ => AccountState.OutOfReach,
        }, null);
    }
}

using System.Net.Http.Headers;

namespace Postcard.WeChat;

/// <summary>
/// The access token that most calls need: one for the server, kept until shortly before it expires, fetched once however many ask
/// meanwhile.
/// </summary>
internal sealed class AccessTokens(WeChatTransport transport, string appId, string secret, TimeProvider time)
{
    private const string Api = "stable_token";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>WeChat hands out the same token until its last five minutes, and a new one then, with which the old one stays good.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(3);

    private readonly Lock _gate = new();
    private Token? _token;
    private Task<Token>? _fetching;

    /// <exception cref="WeChatException">Refused or failed, for all who waited for the same fetch.</exception>
    public async Task<string> GetAsync(CancellationToken cancel)
    {
        Task<Token> fetching;
        lock (_gate)
        {
            if (_token is { } token && time.GetElapsedTime(token.Fetched) < token.Lifetime)
            {
                return token.Text;
            }

            fetching = _fetching ??= FetchOnceAsync();
        }

        return (await fetching.WaitAsync(cancel)).Text;
    }

    /// <summary>Forgets the token that WeChat refused, unless another one has come since.</summary>
    public void Drop(string refused)
    {
        lock (_gate)
        {
            if (_token?.Text == refused)
            {
                _token = null;
            }
        }
    }

    /// <summary>Asks for a token now, to tell the operator whether WeChat serves this server.</summary>
    public async Task<WeChatProbe> ProbeAsync(CancellationToken cancel)
    {
        try
        {
            await FetchAsync(cancel);
            return new(WeChatProbeOutcome.Ok);
        }
        catch (WeChatException e)
        {
            return e.Fault switch
            {
                WeChatFault.AddressNotAllowed => new(WeChatProbeOutcome.IpNotAllowed, e.Code, e.Address),
                WeChatFault.AccountRefused or WeChatFault.NotConfigured => new(WeChatProbeOutcome.AccountRefused, e.Code),
                WeChatFault.TimedOut or WeChatFault.Unavailable when e.Code is 0 => new(WeChatProbeOutcome.OutOfReach),
                _ => new(WeChatProbeOutcome.Other, e.Code),
            };
        }
    }

    private async Task<Token> FetchOnceAsync()
    {
        // Not within the lock of the first who asks.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var token = await FetchAsync(CancellationToken.None);
            lock (_gate)
            {
                _token = token;
            }

            return token;
        }
        finally
        {
            lock (_gate)
            {
                _fetching = null;
            }
        }
    }

    private async Task<Token> FetchAsync(CancellationToken cancel)
    {
        if (appId.Length == 0)
        {
            throw new WeChatException(WeChatFault.NotConfigured);
        }

        var fetched = time.GetTimestamp();
        var reply = await transport.WithinAsync(Limit, Api, AskAsync, cancel);
        if (reply is not { Code: 0, AccessToken: { } text, ExpiresIn: > 0 and <= int.MaxValue })
        {
            throw transport.Refuse(Api, reply);
        }

        var whole = TimeSpan.FromSeconds(reply.ExpiresIn);
        return new(text, fetched, whole > 2 * Margin ? whole - Margin : whole / 2);
    }

    private async Task<WeChatReply> AskAsync(CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "cgi-bin/stable_token");
        request.Content = new ByteArrayContent(WeChatJson.Write(json =>
        {
            json.WriteString("grant_type"u8, "client_credential");
            json.WriteString("appid"u8, appId);
            json.WriteString("secret"u8, secret);
            json.WriteBoolean("force_refresh"u8, false);
        }));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(TokenCalls.JsonType);
        return await transport.SendAsync(Api, request, WeChatHttp.MaxReplyBytes, cancel);
    }

    /// <param name="Fetched">The clock's timestamp, which does not jump.</param>
    private sealed record Token(string Text, long Fetched, TimeSpan Lifetime);
}

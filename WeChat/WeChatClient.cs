using Microsoft.Extensions.Logging;

namespace Postcard.WeChat;

/// <summary>Calls the WeChat platform. Codes, secrets and session keys never reach the log.</summary>
internal sealed class WeChatClient
{
    private const string LoginApi = "jscode2session";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseWhenBusy = TimeSpan.FromMilliseconds(200);

    private readonly WeChatTransport _transport;
    private readonly string _appId, _secret;

    /// <param name="http">Made by <see cref="WeChatHttp.Create"/>.</param>
    public WeChatClient(HttpClient http, string appId, string secret, ILogger log, TimeProvider time)
    {
        (_transport, _appId, _secret) = (new(http, log, time), appId, secret);
        Tokens = new(_transport, appId, secret, time);
        var calls = new TokenCalls(_transport, Tokens);
        Content = new(_transport, calls, time);
        Codes = new(_transport, calls);
    }

    public AccessTokens Tokens { get; }

    public ContentSecurity Content { get; }

    public ShareCodes Codes { get; }

    /// <summary>
    /// Exchanges a <c>wx.login</c> code for the user's openid at <c>sns/jscode2session</c>, within five seconds in all.
    /// </summary>
    /// <exception cref="WeChatException">Refused or failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was.</exception>
    public Task<string> OpenIdOfAsync(string code, CancellationToken cancel) => _transport.WithinAsync(Limit, LoginApi, async limit =>
    {
        var reply = await AskAsync(code, limit);
        if (reply.Code is -1)
        {
            await _transport.PauseAsync(PauseWhenBusy, limit);
            reply = await AskAsync(code, limit);
        }

        return reply switch
        {
            { Code: 0, OpenId: { } openId } => openId,
            { Code: 40029 or 40163 } => throw new WeChatException(WeChatFault.CodeRefused),
            { Code: 40226 } => throw new WeChatException(WeChatFault.RiskyUser),
            { Code: 45011 } => throw new WeChatException(WeChatFault.TooOften),
            _ => throw _transport.Refuse(LoginApi, reply),
        };
    }, cancel);

    private async Task<WeChatReply> AskAsync(string code, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get,
            $"sns/jscode2session?appid={Uri.EscapeDataString(_appId)}&secret={Uri.EscapeDataString(_secret)}"
            + $"&js_code={Uri.EscapeDataString(code)}&grant_type=authorization_code");

        // SocketsHttpHandler repeats a request without content when the connection ends before the reply, but a code works
        // once: the repetition would be told that it was used. Content of no bytes forbids it.
        request.Content = new ByteArrayContent([]);
        return await _transport.SendAsync(LoginApi, request, WeChatHttp.MaxReplyBytes, cancel);
    }
}

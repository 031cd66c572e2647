using System.Net;
using Microsoft.Extensions.Logging;

namespace Postcard.WeChat;

/// <summary>Calls the WeChat platform. Codes, secrets and session keys never reach the log.</summary>
/// <param name="http">Made by <see cref="WeChatHttp.Create"/>.</param>
internal sealed partial class WeChatClient(HttpClient http, string appId, string secret, ILogger log, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseWhenBusy = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Exchanges a <c>wx.login</c> code for the user's openid at <c>sns/jscode2session</c>, within five seconds in all.
    /// </summary>
    /// <exception cref="WeChatException">Refused or failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was.</exception>
    public async Task<string> OpenIdOfAsync(string code, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            var reply = await AskAsync(code, either.Token);
            if (reply.Code is -1)
            {
                await Task.Delay(PauseWhenBusy, time, either.Token);
                reply = await AskAsync(code, either.Token);
            }

            return OpenIdFrom(reply);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            LogTimedOut();
            throw new WeChatException(WeChatFault.TimedOut);
        }
    }

    private async Task<WeChatReply> AskAsync(string code, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get,
            $"sns/jscode2session?appid={Uri.EscapeDataString(appId)}&secret={Uri.EscapeDataString(secret)}"
            + $"&js_code={Uri.EscapeDataString(code)}&grant_type=authorization_code");

        // SocketsHttpHandler repeats a request without content when the connection ends before the reply, but a code works
        // once: the repetition would be told that it was used. Content of no bytes forbids it.
        request.Content = new ByteArrayContent([]);
        try
        {
            using var response = await http.SendAsync(request, cancel);
            if (response.StatusCode is HttpStatusCode.OK
                && WeChatReply.Parse(await response.Content.ReadAsByteArrayAsync(cancel)) is { } reply)
            {
                return reply;
            }

            LogGarbage((int)response.StatusCode);
        }
        catch (HttpRequestException e)
        {
            LogOutOfReach(e.HttpRequestError);
        }

        throw new WeChatException(WeChatFault.Unavailable);
    }

    private string OpenIdFrom(WeChatReply reply)
    {
        switch (reply)
        {
            case { Code: 0, OpenId: { } openId }:
                return openId;
            case { Code: 40029 or 40163 }:
                throw new WeChatException(WeChatFault.CodeRefused);
            case { Code: 40226 }:
                throw new WeChatException(WeChatFault.RiskyUser);
            case { Code: 45011 }:
                throw new WeChatException(WeChatFault.TooOften);
            case { Code: 40013 or 40125 or 41002 or 41004 }:
                LogAccountRefused(reply.Code, reply.RequestId);
                throw new WeChatException(WeChatFault.Unavailable);
            default:
                LogUnexpected(reply.Code, reply.RequestId);
                throw new WeChatException(WeChatFault.Unavailable);
        }
    }

    [LoggerMessage(LogLevel.Error,
        "WeChat refuses this server's account (errcode {Code}, rid {RequestId}): nobody can log in until wechat.appid and wechat.secret are right")]
    private partial void LogAccountRefused(long code, string requestId);

    [LoggerMessage(LogLevel.Warning, "WeChat could not serve a login (errcode {Code}, rid {RequestId})")]
    private partial void LogUnexpected(long code, string requestId);

    [LoggerMessage(LogLevel.Warning, "WeChat answered a login with HTTP status {Status} and no reply of the kind that it documents")]
    private partial void LogGarbage(int status);

    [LoggerMessage(LogLevel.Warning, "WeChat is out of reach ({Error})")]
    private partial void LogOutOfReach(HttpRequestError error);

    [LoggerMessage(LogLevel.Warning, "WeChat did not answer a login in time")]
    private partial void LogTimedOut();
}

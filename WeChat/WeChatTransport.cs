using System.Net;
using Microsoft.Extensions.Logging;

namespace Postcard.WeChat;

/// <summary>
/// One request to WeChat and its reply, counted and logged under the name of the call: addresses and bodies hold secrets, openids and
/// texts, and stay out of both.
/// </summary>
/// <param name="http">Made by <see cref="WeChatHttp.Create"/>.</param>
internal sealed partial class WeChatTransport(HttpClient http, ILogger log, TimeProvider time)
{
    /// <param name="api">The name of the call.</param>
    /// <param name="maxBytes">A longer reply is not read.</param>
    /// <returns>A reply of any <c>errcode</c>.</returns>
    /// <exception cref="WeChatException">Unavailable: out of reach, or garbage.</exception>
    public async Task<WeChatReply> SendAsync(string api, HttpRequestMessage request, int maxBytes, CancellationToken cancel)
    {
        var (started, outcome) = (time.GetTimestamp(), WeChatMeter.NoAnswer);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            outcome = WeChatMeter.Garbage;
            if (response.StatusCode is HttpStatusCode.OK)
            {
                await response.Content.LoadIntoBufferAsync(maxBytes, cancel);
                if (WeChatReply.Parse(await response.Content.ReadAsByteArrayAsync(cancel)) is { } reply)
                {
                    outcome = reply.Code is 0 ? WeChatMeter.Ok : WeChatMeter.Refused;
                    return reply;
                }
            }

            LogGarbage(api, (int)response.StatusCode);
        }
        catch (HttpRequestException e)
        {
            outcome = WeChatMeter.OutOfReach;
            LogOutOfReach(api, e.HttpRequestError);
        }
        finally
        {
            WeChatMeter.Count(api, outcome, time.GetElapsedTime(started));
        }

        throw new WeChatException(WeChatFault.Unavailable);
    }

    /// <summary>Runs <paramref name="work"/>, of one or several requests, within <paramref name="limit"/> in all.</summary>
    /// <exception cref="WeChatException">TimedOut, and what the work throws.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was.</exception>
    public async Task<T> WithinAsync<T>(TimeSpan limit, string api, Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            return await work(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            LogTimedOut(api);
            throw new WeChatException(WeChatFault.TimedOut);
        }
    }

    public Task PauseAsync(TimeSpan pause, CancellationToken cancel) => Task.Delay(pause, time, cancel);

    /// <summary>Tells the log what an errcode means, and gives the exception for it.</summary>
    public WeChatException Refuse(string api, WeChatReply reply)
    {
        switch (reply.Code)
        {
            case 0:
                LogGarbage(api, (int)HttpStatusCode.OK);
                return new(WeChatFault.Unavailable);
            case 40013 or 40125 or 41002 or 41004:
                LogAccountRefused(reply.Code, reply.RequestId);
                return new(WeChatFault.AccountRefused, reply.Code);
            case 40164:
                LogAddressNotAllowed(reply.Address ?? "unknown", reply.RequestId);
                return new(WeChatFault.AddressNotAllowed, reply.Code, reply.Address);
            default:
                LogRefused(api, reply.Code, reply.RequestId);
                return new(reply.Code switch { 45009 or 45011 => WeChatFault.TooOften, -1 => WeChatFault.Unavailable, _ => WeChatFault.Refused }, reply.Code);
        }
    }

    [LoggerMessage(LogLevel.Error,
        "WeChat refuses this server's account (errcode {Code}, rid {RequestId}): nobody can log in until wechat.appid and wechat.secret are right")]
    private partial void LogAccountRefused(long code, string requestId);

    [LoggerMessage(LogLevel.Error,
        "WeChat refuses this server (errcode 40164, rid {RequestId}): its IP address {Address} is not in the IP whitelist; add it at mp.weixin.qq.com under development settings")]
    private partial void LogAddressNotAllowed(string address, string requestId);

    [LoggerMessage(LogLevel.Warning, "WeChat refused {Api} (errcode {Code}, rid {RequestId})")]
    private partial void LogRefused(string api, long code, string requestId);

    [LoggerMessage(LogLevel.Warning, "WeChat answered {Api} with HTTP status {Status} and no reply of the kind that it documents")]
    private partial void LogGarbage(string api, int status);

    [LoggerMessage(LogLevel.Warning, "WeChat is out of reach for {Api} ({Error})")]
    private partial void LogOutOfReach(string api, HttpRequestError error);

    [LoggerMessage(LogLevel.Warning, "WeChat did not answer {Api} in time")]
    private partial void LogTimedOut(string api);
}

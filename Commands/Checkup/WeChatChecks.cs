using Microsoft.Extensions.Logging.Abstractions;
using Postcard.WeChat;

namespace Postcard.Commands.Checkup;

/// <param name="Time">Of WeChat's servers, when they answered.</param>
internal sealed record WeChatFindings(IReadOnlyList<Finding> Findings, DateTimeOffset? Time);

/// <summary>Whether WeChat can be reached, and takes this server's account.</summary>
internal static class WeChatChecks
{
    private const string Check = "WeChat";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    public static async Task<WeChatFindings> RunAsync(Settings settings, CancellationToken cancel)
    {
        if (settings.WeChat is { AppId: "" } or { Secret: "" })
        {
            return new([settings.Dev
                ? Finding.Ok(Check, "not asked: without wechat.appid and wechat.secret only codes dev:<name> log in")
                : Finding.Failed(Check, "nobody can log in: enter wechat.appid and wechat.secret from mp.weixin.qq.com")], null);
        }

        using var http = WeChatHttp.Create(settings.WeChat.Api);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            var time = await TimeAsync(http, limit.Token);
            return new([await AccountAsync(http, settings, limit.Token)], time);
        }
        catch (HttpRequestException e)
        {
            return new([OutOfReach(settings, e.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError => "its name is not resolved: look at /etc/resolv.conf",
                HttpRequestError.SecureConnectionError => "TLS fails: install ca-certificates, and look at the clock",
                _ => "no connection: look at the network and at outgoing firewall rules",
            })], null);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new([OutOfReach(settings, "no answer in time: look at the network and at outgoing firewall rules")], null);
        }
    }

    private static async Task<Finding> AccountAsync(HttpClient http, Settings settings, CancellationToken cancel)
    {
        var client = new WeChatClient(http, settings.WeChat.AppId, settings.WeChat.Secret, NullLogger.Instance, TimeProvider.System);
        var probe = await client.Tokens.ProbeAsync(cancel);
        return probe.Outcome switch
        {
            WeChatProbeOutcome.Ok => Finding.Ok(Check, "reached, and it takes the account"),
            WeChatProbeOutcome.IpNotAllowed => Finding.Failed(Check,
                $"it refuses this machine's address (40164): add {probe.Ip ?? "the machine's public address"} to the IP whitelist (IP 白名单) at mp.weixin.qq.com; until then logins work, checks and codes do not"),
            WeChatProbeOutcome.AccountRefused => Finding.Failed(Check, "it refuses the account, so nobody can log in: compare wechat.appid and wechat.secret with mp.weixin.qq.com"),
            WeChatProbeOutcome.OutOfReach => OutOfReach(settings, "it answers with nothing of use: try again later"),
            _ => Finding.Failed(Check, $"it gives no access token (errcode {probe.Code}): look the code up in WeChat's documentation"),
        };
    }

    private static Finding OutOfReach(Settings settings, string why) => Finding.Failed(Check, $"{new Uri(settings.WeChat.Api).Host} is out of reach, {why}");

    /// <summary>A call that says nothing about us; every reply to it carries the time.</summary>
    private static async Task<DateTimeOffset?> TimeAsync(HttpClient http, CancellationToken cancel)
    {
        using var reply = await http.GetAsync("cgi-bin/token", cancel);
        return reply.Headers.Date;
    }
}

using Postcard.Configuration;

namespace Postcard.Commands.Checkup;

/// <summary>What the settings mean for a server in public.</summary>
internal static class SettingsChecks
{
    public static IEnumerable<Finding> Run(LoadedSettings loaded)
    {
        foreach (var problem in loaded.Problems)
        {
            yield return Finding.Failed("settings", problem.ToString());
        }

        if (loaded.Problems.Count == 0)
        {
            yield return Finding.Ok("settings", $"{loaded.Origins.Count} given, the others at their defaults");
        }

        var settings = loaded.Settings;
        yield return Listening(settings);
        yield return settings.AcceptOpenid
            ? Finding.Ok("identity", "openids are taken as tokens: set acceptOpenid to false once no front end sends them, since nobody can revoke an openid")
            : Finding.Ok("identity", "only session tokens are taken");
        if (settings.Dev)
        {
            yield return Finding.Warning("dev", "anybody may log in as anybody by dev:<name>: never in public");
        }

        foreach (var finding in Review(settings))
        {
            yield return finding;
        }
    }

    private static Finding Listening(Settings settings)
    {
        const string Check = "address";
        var where = settings.Listen ?? (settings.Dev ? "127.0.0.1" : null);
        return settings switch
        {
            { Certificate: not null } => Finding.Ok(Check, $"HTTPS on {where ?? "all addresses"}, port {settings.Port}; WeChat asks for 443"),
            { Dev: false, TrustedProxies.Count: 0 } when where is "127.0.0.1" or "::1" or "localhost" => Finding.Warning(Check,
                $"loopback, port {settings.Port}, without trustedProxies: all users behind a proxy count as one address, which one of them can use up; set it to 127.0.0.1 and ::1"),
            _ when where is "127.0.0.1" or "::1" or "localhost" => Finding.Ok(Check, $"loopback, port {settings.Port}: for a reverse proxy on this machine"),
            { TrustedProxies.Count: > 0 } => Finding.Ok(Check, $"{where ?? "all addresses"}, port {settings.Port}, behind {string.Join(", ", settings.TrustedProxies)}"),
            _ => Finding.Warning(Check, $"HTTP on {where ?? "all addresses"}, port {settings.Port}: tokens go in the clear; set listen to 127.0.0.1 behind nginx or Caddy, or give a certificate"),
        };
    }

    private static IEnumerable<Finding> Review(Settings settings)
    {
        const string Check = "review";
        if (settings.Review != "wechat")
        {
            yield return settings.Review == "off" && !settings.Dev
                ? Finding.Warning(Check, "off: whatever users put on the plaza is public at once; set moderation to manual or wechat")
                : Finding.Ok(Check, settings.Review);
            yield break;
        }

        (bool Lacks, string Setting, string Why)[] wanted =
        [
            (settings.WeChat.PushToken is null, "wechat.pushToken", "the results of picture and sound checks are pushed: enter the message push at mp.weixin.qq.com and its token here"),
            (settings.PublicUrl is null, "publicUrl", "WeChat fetches pictures and sounds from there: without it pictures are checked reduced and sounds wait for a human"),
        ];
        foreach (var (_, setting, why) in wanted.Where(each => each.Lacks))
        {
            yield return Finding.Warning(Check, $"wechat, but {setting} is missing; {why}");
        }

        if (!wanted.Any(each => each.Lacks))
        {
            yield return Finding.Ok(Check, "by WeChat, with pushed results");
        }
    }
}

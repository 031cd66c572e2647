namespace Postcard.Configuration;

/// <summary>Every setting there is. The order is that of the example file.</summary>
internal static class SettingsTable
{
    public static readonly Setting<int> Port = new("port", "TCP port; 0 takes a free one.",
        Kinds.WholeNumber(0, 65535), s => s.Port, (s, value) => s with { Port = value });

    public static readonly Setting<string?> Listen = new("listen", "Address to listen on; all addresses when left out, loopback with --dev.",
        Kinds.Address, s => s.Listen, (s, value) => s with { Listen = value });

    public static readonly Setting<string> Data = new("data", "Data directory; made when it is not there.",
        Kinds.Text, s => s.Data, (s, value) => s with { Data = value });

    public static readonly Setting<bool> Dev = new("dev", "For trying out (alone: true): codes dev:<name> log in without WeChat, an empty store gets templates.",
        Kinds.Switch, s => s.Dev, (s, value) => s with { Dev = value });

    public static readonly Setting<string> WeChatAppId = new("wechat.appid", "The mini-program's appid.",
        Kinds.Key, s => s.WeChat.AppId, (s, value) => s with { WeChat = s.WeChat with { AppId = value } });

    public static readonly Setting<string> WeChatSecret = new("wechat.secret", "Its secret; a file is the better place, since others on the machine see flags.",
        Kinds.Key, s => s.WeChat.Secret, (s, value) => s with { WeChat = s.WeChat with { Secret = value } }) { IsSecret = true };

    public static readonly Setting<string?> WeChatSecretFile = new("wechat.secretFile", "File that holds the secret.",
        Kinds.Path, s => s.WeChat.SecretFile, (s, value) => s with { WeChat = s.WeChat with { SecretFile = value } });

    public static readonly Setting<string> WeChatApi = new("wechat.api", "Address of WeChat's servers.",
        Kinds.Origin, s => s.WeChat.Api, (s, value) => s with { WeChat = s.WeChat with { Api = value } });

    public static readonly Setting<bool> AcceptOpenid = new("acceptOpenid", "Whether the header token may hold the openid itself (true or false).",
        Kinds.Switch, s => s.AcceptOpenid, (s, value) => s with { AcceptOpenid = value });

    public static readonly Setting<string?> Moderation = new("moderation", "Who looks at a card before the plaza shows it: off, manual or wechat; manual when left out, off with --dev.",
        Kinds.Optional(Kinds.OneOf("off", "manual", "wechat")), s => s.Moderation, (s, value) => s with { Moderation = value });

    public static readonly Setting<string?> PublicUrl = new("publicUrl", "Where phones and WeChat reach this server: https://…",
        Kinds.Optional(Kinds.Origin), s => s.PublicUrl, (s, value) => s with { PublicUrl = value });

    public static readonly Setting<string?> Certificate = new("certificate", "PEM file with the certificate and its chain: with it the port speaks HTTPS.",
        Kinds.Path, s => s.Certificate, (s, value) => s with { Certificate = value });

    public static readonly Setting<string?> CertificateKey = new("certificateKey", "PEM file with its private key, when that is not in the same file.",
        Kinds.Path, s => s.CertificateKey, (s, value) => s with { CertificateKey = value });

    public static readonly Setting<IReadOnlyList<string>> TrustedProxies = new("trustedProxies", "Addresses and networks of the reverse proxies whose X-Forwarded-For is believed.",
        Kinds.Networks, s => s.TrustedProxies, (s, value) => s with { TrustedProxies = value });

    public static readonly Setting<string?> BackupDir = new("backup.dir", "Directory for the server's own backups.",
        Kinds.Path, s => s.Backup.Dir, (s, value) => s with { Backup = s.Backup with { Dir = value } });

    public static readonly Setting<TimeSpan> BackupEvery = new("backup.every", "How often it makes one: 24h, 90m, 7d.",
        Kinds.Duration(TimeSpan.FromMinutes(1), TimeSpan.FromDays(365)), s => s.Backup.Every, (s, value) => s with { Backup = s.Backup with { Every = value } });

    public static readonly Setting<int> BackupKeep = new("backup.keep", "How many of them stay; 0: all.",
        Kinds.WholeNumber(0, 10_000), s => s.Backup.Keep, (s, value) => s with { Backup = s.Backup with { Keep = value } });

    public static readonly IReadOnlyList<Setting> All =
    [
        Port, Listen, Data, Dev, PublicUrl, Certificate, CertificateKey, TrustedProxies,
        WeChatAppId, WeChatSecret, WeChatSecretFile, WeChatApi,
        new Setting<string?>("wechat.pushToken", "Token of the message push.",
            Kinds.Optional(Kinds.Key), s => s.WeChat.PushToken, (s, value) => s with { WeChat = s.WeChat with { PushToken = value } }) { IsSecret = true },
        new Setting<string?>("wechat.pushKey", "EncodingAESKey of the message push.",
            Kinds.Optional(Kinds.PushKey), s => s.WeChat.PushKey, (s, value) => s with { WeChat = s.WeChat with { PushKey = value } }) { IsSecret = true },
        new Setting<string>("wechat.cardPage", "The mini-program's page that a card's code leads to.",
            Kinds.Text, s => s.WeChat.CardPage, (s, value) => s with { WeChat = s.WeChat with { CardPage = value } }),
        AcceptOpenid,
        new Setting<string>("roleChange", "Whether users may change their role: always, or once.",
            Kinds.OneOf("always", "once"), s => s.RoleChange, (s, value) => s with { RoleChange = value }),
        new Setting<IReadOnlyList<Role>>("roles", "The roles to choose from.",
            Kinds.Roles, s => s.Roles, (s, value) => s with { Roles = value }),
        new Setting<IReadOnlyList<string>>("admins", "Openids of those who may manage templates and review cards over HTTP.",
            Kinds.Keys, s => s.Admins, (s, value) => s with { Admins = value }),
        Moderation,
        new Setting<int>("reportThreshold", "Complaints that take a card off the plaza until it is reviewed; 0: none do.",
            Kinds.WholeNumber(0, 1_000_000), s => s.ReportThreshold, (s, value) => s with { ReportThreshold = value }),
        new Setting<bool>("limits", "Rate limits and per-user quotas.",
            Kinds.Switch, s => s.Limits, (s, value) => s with { Limits = value }),
        Rate("loginsPerMinute", "Logins and refused tokens per address.", r => r.LoginsPerMinute, (r, value) => r with { LoginsPerMinute = value }),
        Rate("writesPerMinute", "Changes per user; ten times as many per address.", r => r.WritesPerMinute, (r, value) => r with { WritesPerMinute = value }),
        Rate("uploadsPerMinute", "Uploads per user; ten times as many per address.", r => r.UploadsPerMinute, (r, value) => r with { UploadsPerMinute = value }),
        Rate("readsPerSecond", "Everything else, per address.", r => r.ReadsPerSecond, (r, value) => r with { ReadsPerSecond = value }),
        new Setting<int>("quotaCards", "Cards that one user may have; 0: any number.",
            Kinds.WholeNumber(0, 100_000_000), s => s.QuotaCards, (s, value) => s with { QuotaCards = value }),
        new Setting<int>("quotaMegabytes", "What one user's media may take; 0: any amount.",
            Kinds.WholeNumber(0, 100_000_000), s => s.QuotaMegabytes, (s, value) => s with { QuotaMegabytes = value }),
        new Setting<int>("maxConnections", "Connections at once.",
            Kinds.WholeNumber(1, 1_000_000), s => s.MaxConnections, (s, value) => s with { MaxConnections = value }),
        new Setting<int>("cacheMegabytes", "Bound of the records kept in memory.",
            Kinds.WholeNumber(1, 65_536), s => s.CacheMegabytes, (s, value) => s with { CacheMegabytes = value }),
        new Setting<int>("fileCacheMegabytes", "Bound of the small media files kept in memory.",
            Kinds.WholeNumber(0, 65_536), s => s.FileCacheMegabytes, (s, value) => s with { FileCacheMegabytes = value }),
        new Setting<int>("mediaMegabytes", "What decoding pictures may take at once.",
            Kinds.WholeNumber(32, 65_536), s => s.MediaMegabytes, (s, value) => s with { MediaMegabytes = value }),
        new Setting<int>("tempHours", "How long an upload waits to be used.",
            Kinds.WholeNumber(1, 8_760), s => s.TempHours, (s, value) => s with { TempHours = value }),
        new Setting<int>("minFreeMegabytes", "Free disk below which uploads are refused.",
            Kinds.WholeNumber(0, 1_000_000), s => s.MinFreeMegabytes, (s, value) => s with { MinFreeMegabytes = value }),
        BackupDir, BackupEvery, BackupKeep,
        new Setting<string>("logFormat", "Form of the log and the access log: text, or json.",
            Kinds.OneOf("text", "json"), s => s.LogFormat, (s, value) => s with { LogFormat = value }),
        new Setting<bool>("accessLog", "Whether every request gets a line on standard output.",
            Kinds.Switch, s => s.AccessLog, (s, value) => s with { AccessLog = value }),
        new Setting<string?>("metricsToken", "What other machines have to send for /metrics, as Authorization: Bearer.",
            Kinds.Optional(Kinds.Key), s => s.MetricsToken, (s, value) => s with { MetricsToken = value }) { IsSecret = true },
    ];

    /// <summary>Those that are flags of <c>serve</c>.</summary>
    public static readonly IReadOnlyList<Setting> Flags =
    [
        Port, Listen, Data, WeChatAppId, WeChatSecret, WeChatSecretFile, WeChatApi, AcceptOpenid, Moderation, PublicUrl,
        Certificate, CertificateKey, TrustedProxies, BackupDir, BackupEvery, BackupKeep, Dev,
    ];

    private static Setting<int> Rate(string name, string description, Func<RateSettings, int> get, Func<RateSettings, int, RateSettings> with) => new(
        "rates." + name, description, Kinds.WholeNumber(1, 10_000_000), s => get(s.Rates), (s, value) => s with { Rates = with(s.Rates, value) });
}

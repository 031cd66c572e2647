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

    public static readonly IReadOnlyList<Setting> All =
    [
        Port, Listen, Data, Dev, WeChatAppId, WeChatSecret, WeChatSecretFile, WeChatApi, AcceptOpenid,
        new Setting<string>("roleChange", "Whether users may change their role: always, or once.",
            Kinds.OneOf("always", "once"), s => s.RoleChange, (s, value) => s with { RoleChange = value }),
        new Setting<IReadOnlyList<Role>>("roles", "The roles to choose from.",
            Kinds.Roles, s => s.Roles, (s, value) => s with { Roles = value }),
        new Setting<IReadOnlyList<string>>("admins", "Openids of those who may manage templates over HTTP.",
            Kinds.Keys, s => s.Admins, (s, value) => s with { Admins = value }),
        new Setting<bool>("limits", "Rate limits and per-user quotas.",
            Kinds.Switch, s => s.Limits, (s, value) => s with { Limits = value }),
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
    ];

    /// <summary>Those that are flags of <c>serve</c>.</summary>
    public static readonly IReadOnlyList<Setting> Flags =
        [Port, Listen, Data, WeChatAppId, WeChatSecret, WeChatSecretFile, WeChatApi, AcceptOpenid, Dev];
}

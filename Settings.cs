namespace Postcard;

/// <summary>
/// All that an operator can set, bound and validated once at start; nothing else reads the environment.
/// </summary>
internal sealed record Settings
{
    /// <summary>TCP port; 0 takes a free one.</summary>
    public int Port { get; init; } = 6060;

    /// <summary>Address to listen on, an IP address or <c>localhost</c>; null stands for all addresses (loopback with <see cref="Dev"/>).</summary>
    public string? Listen { get; init; }

    /// <summary>The data directory; an absolute path once it is loaded.</summary>
    public string Data { get; init; } = "data";

    /// <summary>Codes <c>dev:name</c> log in without WeChat, and an empty store gets the built-in templates.</summary>
    public bool Dev { get; init; }

    public WeChatSettings WeChat { get; init; } = new();

    /// <summary>Whether the header <c>token</c> may hold the openid itself.</summary>
    public bool AcceptOpenid { get; init; } = true;

    /// <summary><c>always</c>, or <c>once</c>: a chosen role stays.</summary>
    public string RoleChange { get; init; } = "always";

    public IReadOnlyList<Role> Roles { get; init; } = [new(1, "在校生"), new(2, "校友"), new(3, "教职工"), new(4, "访客")];

    /// <summary>Openids of those who may manage templates and review cards over HTTP, beside the users whom the command line made admins.</summary>
    public IReadOnlyList<string> Admins { get; init; } = [];

    /// <summary><c>off</c>, <c>manual</c> or <c>wechat</c>; null stands for <c>manual</c> (<c>off</c> with <see cref="Dev"/>).</summary>
    public string? Moderation { get; init; }

    /// <summary>Complaints that take a card off the plaza until it is reviewed; 0: none do.</summary>
    public int ReportThreshold { get; init; } = 3;

    /// <summary>Where phones and WeChat reach this server, <c>https://postcard.example.edu.cn</c>; null when nobody said.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>PEM file with the certificate and its chain: with it the port speaks HTTPS.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file with the certificate's private key; null when it is in the same file.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>Addresses and networks (CIDR) whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>Rate limits and per-user quotas; body, media and disk bounds hold in any case.</summary>
    public bool Limits { get; init; } = true;

    public RateSettings Rates { get; init; } = new();

    /// <summary>Cards that one user may have; 0: any number.</summary>
    public int QuotaCards { get; init; } = 5000;

    /// <summary>What one user's media may take; 0: any amount.</summary>
    public int QuotaMegabytes { get; init; } = 1024;

    public int MaxConnections { get; init; } = 4000;

    /// <summary>Bound of the records kept in memory.</summary>
    public int CacheMegabytes { get; init; } = 128;

    /// <summary>Bound of the small media files kept in memory.</summary>
    public int FileCacheMegabytes { get; init; } = 32;

    /// <summary>What decoding pictures may take at once, estimated from their headers.</summary>
    public int MediaMegabytes { get; init; } = 160;

    /// <summary>How long an upload waits to be used.</summary>
    public int TempHours { get; init; } = 24;

    /// <summary>Free disk below which uploads are refused.</summary>
    public int MinFreeMegabytes { get; init; } = 64;

    public BackupSettings Backup { get; init; } = new();

    /// <summary><c>text</c> or <c>json</c>, for the log and the access log.</summary>
    public string LogFormat { get; init; } = "text";

    /// <summary>Whether every request gets a line on standard output.</summary>
    public bool AccessLog { get; init; }

    /// <summary>What <c>Authorization: Bearer</c> has to say for <c>/metrics</c> from other machines; null: they get none.</summary>
    public string? MetricsToken { get; init; }

    /// <summary>What <see cref="Moderation"/> comes to.</summary>
    public string Review => Moderation ?? (Dev ? "off" : "manual");

    /// <summary>Whether WeChat can fetch media here and its results are taken; pictures are sent to it otherwise.</summary>
    public bool ChecksMediaByLink => PublicUrl is not null && WeChat.PushToken is not null;

    /// <summary>What the codes of <see cref="Dev"/> start with, and the openids that they stand for: WeChat's own have no colon.</summary>
    public const string DevPrefix = "dev:";

    /// <summary>Users that were made with <see cref="Dev"/> are nobody without it: anyone could name their openids.</summary>
    public bool Knows(string openId) => Dev || !openId.StartsWith(DevPrefix, StringComparison.Ordinal);

    public bool IsAdmin(string openId) => Admins.Contains(openId) || (Dev && openId == DevPrefix + "admin");
}

internal sealed record WeChatSettings
{
    public string AppId { get; init; } = "";
    public string Secret { get; init; } = "";

    /// <summary>Where <see cref="Secret"/> was read from, when it came from a file.</summary>
    public string? SecretFile { get; init; }

    public string Api { get; init; } = "https://api.weixin.qq.com";

    /// <summary>Token of the message push, as entered at mp.weixin.qq.com; null: pushed messages are refused.</summary>
    public string? PushToken { get; init; }

    /// <summary>EncodingAESKey of the message push, 43 characters, for its safe mode.</summary>
    public string? PushKey { get; init; }

    /// <summary>The mini-program's page that shows a card, for its codes: it gets the card's id as <c>scene</c>.</summary>
    public string CardPage { get; init; } = "pages/card/card";
}

/// <summary>How much each may ask for; those of an address are shared by all behind it.</summary>
internal sealed record RateSettings
{
    /// <summary>Logins and refused tokens, for an address.</summary>
    public int LoginsPerMinute { get; init; } = 300;

    /// <summary>Changes, for a user; ten times as many for an address.</summary>
    public int WritesPerMinute { get; init; } = 300;

    /// <summary>Uploads, for a user; ten times as many for an address.</summary>
    public int UploadsPerMinute { get; init; } = 120;

    /// <summary>Everything else, for an address.</summary>
    public int ReadsPerSecond { get; init; } = 1000;
}

internal sealed record BackupSettings
{
    /// <summary>Where the server puts backups by itself; null: it makes none.</summary>
    public string? Dir { get; init; }

    public TimeSpan Every { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many of them stay; 0: all.</summary>
    public int Keep { get; init; } = 7;
}

internal sealed record Role(int Id, string Name);

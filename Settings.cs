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

    /// <summary>Openids of those who may manage templates over HTTP.</summary>
    public IReadOnlyList<string> Admins { get; init; } = [];

    /// <summary>Rate limits and per-user quotas; body, media and disk bounds hold in any case.</summary>
    public bool Limits { get; init; } = true;

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
}

internal sealed record Role(int Id, string Name);

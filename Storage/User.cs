using LiteDB;

namespace Postcard.Storage;

/// <param name="Uid">Our own random id; the openid stays between the user and WeChat.</param>
/// <param name="Role">An id out of the role list; null until one is chosen.</param>
/// <param name="Name">What others see on the user's cards.</param>
/// <param name="Created">Unix time in milliseconds.</param>
/// <param name="Cards">How many cards the user has.</param>
/// <param name="Bytes">Size of the media of these cards.</param>
internal sealed record User(string Uid, string OpenId, int? Role, string Name, long Created, int Cards, long Bytes)
{
    internal const string Table = "users";

    /// <summary>May read, but not write; the plaza shows none of the cards.</summary>
    public bool Banned { get; init; }

    /// <summary>Made an admin by the command line; others are by the settings.</summary>
    public bool Admin { get; init; }

    /// <summary>The version of the terms that the user agreed to last; null: none.</summary>
    public string? Consent { get; init; }

    /// <summary>When, in Unix milliseconds.</summary>
    public long Consented { get; init; }

    /// <summary>The cards are being brought in line with a change of the name or a ban; until that is done, the plaza shows none of them.</summary>
    public bool Settling { get; init; }

    /// <summary>With the terms that the user agrees to now; null, or the version that is kept already, changes nothing.</summary>
    public User Agreeing(string? version, long now) => version is null || version == Consent ? this : this with { Consent = version, Consented = now };

    internal BsonDocument ToBson() => new()
    {
        ["_id"] = Uid, ["openid"] = OpenId, ["role"] = Role is { } role ? role : BsonValue.Null, ["name"] = Name, ["created"] = Created, ["cards"] = Cards, ["bytes"] = Bytes,
        ["banned"] = Banned, ["admin"] = Admin, ["consent"] = Consent, ["consented"] = Consented, ["settling"] = Settling,
    };

    internal static User FromBson(BsonDocument document) => new(
        document["_id"].AsString, document["openid"].AsString, document["role"].IsNull ? null : document["role"].AsInt32, document["name"].AsString,
        document["created"].AsInt64, document["cards"].AsInt32, document["bytes"].AsInt64)
    {
        // Records of the first release have none of these.
        Banned = document["banned"] is { IsBoolean: true, AsBoolean: true },
        Admin = document["admin"] is { IsBoolean: true, AsBoolean: true },
        Consent = document["consent"] is { IsString: true } consent ? consent.AsString : null,
        Consented = document["consented"] is { IsInt64: true } consented ? consented.AsInt64 : 0,
        Settling = document["settling"] is { IsBoolean: true, AsBoolean: true },
    };
}

/// <param name="New">Whether this login made the user.</param>
/// <param name="Token">The session's token, shown this once: only its hash is kept.</param>
/// <param name="Expires">Unix time in milliseconds.</param>
internal sealed record Login(User User, bool New, string Token, long Expires);

/// <summary>What a user changes of the own profile; what is null stays.</summary>
/// <param name="Consent">The version of the terms that the user agrees to.</param>
internal sealed record ProfileChange(int? Role, string? Name, string? Consent);

internal enum ProfileOutcome
{
    Done,

    /// <summary>The role was chosen for good.</summary>
    RoleStays,

    /// <summary>The user was erased meanwhile.</summary>
    UserGone,

    /// <summary>The user was banned meanwhile.</summary>
    Banned,
}

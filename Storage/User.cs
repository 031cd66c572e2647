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

    internal BsonDocument ToBson() => new()
    {
        ["_id"] = Uid, ["openid"] = OpenId, ["role"] = Role is { } role ? role : BsonValue.Null, ["name"] = Name, ["created"] = Created, ["cards"] = Cards, ["bytes"] = Bytes,
    };

    internal static User FromBson(BsonDocument document) => new(
        document["_id"].AsString, document["openid"].AsString, document["role"].IsNull ? null : document["role"].AsInt32, document["name"].AsString,
        document["created"].AsInt64, document["cards"].AsInt32, document["bytes"].AsInt64);
}

/// <param name="New">Whether this login made the user.</param>
/// <param name="Token">The session's token, shown this once: only its hash is kept.</param>
/// <param name="Expires">Unix time in milliseconds.</param>
internal sealed record Login(User User, bool New, string Token, long Expires);

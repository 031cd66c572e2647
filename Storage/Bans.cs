using LiteDB;

namespace Postcard.Storage;

/// <summary>
/// Bans of users who are gone, so that erasing oneself and logging in again lifts none. Of the person there is only the SHA-256 of the
/// openid, until the next login makes a user of it, whose record has the ban again.
/// </summary>
internal static class Bans
{
    internal const string Table = "bans";

    // _id: SHA-256 of the openid, in hex
    internal static readonly Collection[] Collections = [new(Table)];

    /// <summary>Part of erasing a banned user, whoever does it.</summary>
    internal static void Keep(Transaction transaction, User user) => transaction.Put(Table, new() { ["_id"] = SessionToken.Hash(user.OpenId) });

    /// <summary>Ends the keeping of a ban, if there is one: part of making a user, with whom it is kept from now on, or the end of the ban.</summary>
    internal static bool Take(Transaction transaction, string openId) => transaction.Delete(Table, SessionToken.Hash(openId));

    internal static bool IsWellFormed(BsonDocument ban) => ban["_id"] is { IsString: true, AsString: { Length: 64 } hash } && hash.All(char.IsAsciiHexDigitLower);
}

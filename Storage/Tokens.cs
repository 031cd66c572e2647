namespace Postcard.Storage;

/// <summary>Tells guesses from tokens without the database.</summary>
internal sealed class Tokens(Database database, Caches caches)
{
    /// <summary>
    /// Whether <see cref="Users.FindByTokenAsync"/> may find somebody, told from memory: false for guesses and for tokens that ended long ago.
    /// </summary>
    public bool MayKnow(string token) => caches.Tokens.MayHold(IdentityKey.Of(token));

    /// <summary>Learns up to <paramref name="limit"/> sessions or users after <paramref name="cursor"/>, for <see cref="MayKnow"/>. Returns the next cursor, null at the end.</summary>
    public Task<string?> LearnAsync(string cursor, int limit) => database.ReadAsync(tables =>
    {
        // Users follow after sessions; a session's id has no "~".
        const string toUsers = "~";
        var inUsers = cursor.StartsWith(toUsers, StringComparison.Ordinal);
        var (table, after) = inUsers ? (User.Table, cursor[1..]) : (Users.Sessions, cursor);
        var found = tables.Range(table, "_id", after, "~", limit);
        foreach (var document in found)
        {
            caches.Tokens.Add(inUsers ? IdentityKey.Of(document["openid"].AsString) : SessionToken.KeyOfHash(document["_id"].AsString));
        }

        if (found.Count == limit)
        {
            return (inUsers ? toUsers : "") + found[^1]["_id"].AsString;
        }

        if (inUsers)
        {
            caches.Tokens.Complete();
        }

        return inUsers ? null : toUsers;
    });
}

namespace Postcard.Storage;

/// <summary>What operators do with users. Each change and its entry in the log are one commit.</summary>
internal sealed class Accounts(Database database, Users users, Caches caches, Audit audit)
{
    /// <summary>The user with this uid or openid, or null.</summary>
    public Task<User?> FindAsync(string who) => database.ReadAsync(tables =>
        Users.Get(tables, who) ?? (tables.FindBy(User.Table, "openid", who) is { } document ? User.FromBson(document) : null));

    /// <summary>Up to <paramref name="limit"/> users behind the uid <paramref name="cursor"/>, in the order of their uids.</summary>
    public Task<List<User>> ListAsync(string cursor, int limit) => database.ReadAsync(tables =>
        tables.All(User.Table, cursor, limit).ConvertAll(User.FromBson));

    /// <summary>Bans a user or lifts the ban. <see cref="Settling.FinishAsync"/> has to follow. False when there is no such user.</summary>
    public Task<bool> BanAsync(string uid, bool banned, string by, string reason) => ChangeAsync(uid, (transaction, user) =>
    {
        if (user.Banned == banned)
        {
            return;
        }

        users.Put(transaction, Settling.Begin(transaction, user with { Banned = banned }, Recheck.None));
        transaction.OnDurable(() => caches.ForgetAuthor(uid));
        audit.Log(transaction, by, banned ? "ban" : "unban", $"user {uid}", reason);
    });

    /// <summary>Lifts the ban of a user who erased the account. False when there is none.</summary>
    public Task<bool> UnbanErasedAsync(string openId, string by) => database.WriteAsync(transaction =>
    {
        if (!Bans.Take(transaction, openId))
        {
            return false;
        }

        audit.Log(transaction, by, "unban", "user erased");
        return true;
    });

    /// <summary>Makes a user an admin, or no longer. False when there is no such user.</summary>
    public Task<bool> SetAdminAsync(string uid, bool admin, string by) => ChangeAsync(uid, (transaction, user) =>
    {
        if (user.Admin != admin)
        {
            users.Put(transaction, user with { Admin = admin });
            audit.Log(transaction, by, admin ? "admin" : "admin off", $"user {uid}");
        }
    });

    /// <summary>Ends all sessions of a user. False when there is no such user.</summary>
    public Task<bool> EndSessionsAsync(string uid, string by) => ChangeAsync(uid, (transaction, _) =>
    {
        if (users.RemoveSessions(transaction, uid) > 0)
        {
            audit.Log(transaction, by, "revoke", $"user {uid}");
        }
    });

    private Task<bool> ChangeAsync(string uid, Action<Transaction, User> change) => database.WriteAsync(transaction =>
    {
        if (Users.Get(transaction, uid) is not { } user)
        {
            return false;
        }

        change(transaction, user);
        return true;
    });
}

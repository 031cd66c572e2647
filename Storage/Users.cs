using System.Globalization;
using LiteDB;

namespace Postcard.Storage;

/// <summary>Users, and the sessions they log in with.</summary>
internal sealed class Users(Database database, MediaFiles files, Caches caches, TimeProvider time)
{
    public static readonly TimeSpan SessionLifetime = TimeSpan.FromDays(30);
    private const int SessionsPerUser = 10;
    internal const string Sessions = "sessions";
    private const int OpenIdMaxLength = 64;

    internal static readonly Collection[] Collections =
    [
        new(User.Table, new Index("openid", Unique: true)),

        // key: uid|created|token hash
        new(Sessions, new Index("key")),
    ];

    /// <summary>
    /// Finds who a <c>token</c> header stands for: a session's token or, if <paramref name="acceptOpenId"/>, an openid. Lookups go by the
    /// SHA-256 of what was sent, so their time tells nothing about how much of a guess was right.
    /// </summary>
    public ValueTask<User?> FindByTokenAsync(string token, bool acceptOpenId)
    {
        var key = IdentityKey.Of(token);
        if (caches.Identities.TryGet(key, out var identity))
        {
            if (identity.IsOpenId ? !acceptOpenId : identity.Expires <= Now)
            {
                return default;
            }

            return FindAsync(identity.Uid);
        }

        var isSession = SessionToken.HasForm(token);
        if (!isSession && (!acceptOpenId || token.Length > OpenIdMaxLength))
        {
            return default;
        }

        return new(database.ReadAsync(tables => isSession ? LoadBySession(tables, token, key) : LoadByOpenId(tables, token, key)));
    }

    public ValueTask<User?> FindAsync(string uid) =>
        caches.Users.TryGet(uid, out var user) ? new(user) : new(database.ReadAsync(tables => Load(tables, uid)));

    /// <summary>Logs a user in, making the user and the user's directories when the openid is unknown; an eleventh session ends the oldest.</summary>
    /// <param name="consent">The version of the terms that the user agrees to with it; null: nothing is said of that.</param>
    public async Task<Login> LoginAsync(string openId, string? consent = null)
    {
        var token = SessionToken.New();
        while (true)
        {
            var known = await database.ReadAsync(tables => tables.FindBy(User.Table, "openid", openId)?["_id"].AsString);
            var uid = known ?? Ids.NewUser();
            files.MakeUser(uid);
            if (await database.WriteAsync(transaction => LogIn(transaction, openId, uid, isNew: known is null, consent, token)) is { } login)
            {
                return login;
            }

            // Another login of the same openid was faster, or the user was erased meanwhile.
            if (known is null)
            {
                files.DeleteDirectory(files.UserDirectory(uid));
            }
        }
    }

    /// <param name="roleOnce">Whether a role that was chosen stays.</param>
    /// <param name="recheck">
    /// Who has to look at the user's cards before the plaza shows them with another name; <see cref="Settling.FinishAsync"/> has to follow then.
    /// </param>
    public Task<ProfileOutcome> UpdateAsync(string uid, ProfileChange change, bool roleOnce, Recheck recheck) => database.WriteAsync(transaction =>
    {
        switch (Get(transaction, uid))
        {
            case null:
                return ProfileOutcome.UserGone;
            case { Banned: true }:
                return ProfileOutcome.Banned;
            case { Role: { } chosen } when roleOnce && change.Role is { } other && other != chosen:
                return ProfileOutcome.RoleStays;
            case var user:
                Update(transaction, user, user with { Role = change.Role ?? user.Role, Name = change.Name ?? user.Name }, change.Consent, recheck);
                return ProfileOutcome.Done;
        }
    });

    /// <summary>Ends the session that <paramref name="token"/> stands for. False when it is no session.</summary>
    public Task<bool> EndSessionAsync(string token)
    {
        var key = IdentityKey.Of(token);
        return database.WriteAsync(transaction =>
        {
            transaction.OnDurable(() => Forget(key));
            return transaction.Delete(Sessions, SessionToken.Hash(token));
        });
    }

    /// <summary>Removes the expired among up to <paramref name="limit"/> sessions after <paramref name="cursor"/>. Returns the next cursor, null at the end.</summary>
    public Task<string?> SweepSessionsAsync(string cursor, int limit) => database.WriteAsync(transaction =>
    {
        var sessions = transaction.Range(Sessions, "_id", cursor, "~", limit);
        foreach (var session in sessions.Where(session => session["expires"].AsInt64 <= Now))
        {
            transaction.Delete(Sessions, session["_id"]);
            transaction.OnDurable(() => Forget(SessionToken.KeyOfHash(session["_id"].AsString)));
        }

        return sessions.Count < limit ? null : sessions[^1]["_id"].AsString;
    });

    /// <summary>The user's current record within a change or read, for other tables of the store.</summary>
    internal static User? Get(Tables tables, string uid) => tables.Find(User.Table, uid) is { } document ? User.FromBson(document) : null;

    internal static List<SessionTimes> SessionsOf(Tables tables, string uid) => tables.Range(Sessions, "key", uid + "|", uid + "}", int.MaxValue)
        .ConvertAll(session => new SessionTimes(long.Parse(session["key"].AsString.Split('|')[1], CultureInfo.InvariantCulture), session["expires"].AsInt64));

    internal void Put(Transaction transaction, User user)
    {
        transaction.Put(User.Table, user.ToBson());
        transaction.OnDurable(() => caches.Users.Set(user.Uid, user));
    }

    /// <summary>The user and all sessions go; what else is theirs follows in steps, see <see cref="Erasure"/>.</summary>
    internal void Remove(Transaction transaction, string uid)
    {
        RemoveSessions(transaction, uid);
        transaction.Delete(User.Table, uid);
        transaction.OnDurable(() =>
        {
            caches.Users.Remove(uid);
            caches.Identities.RemoveWhere(identity => identity.Uid == uid);
            caches.ForgetAuthor(uid);
        });
    }

    /// <summary>Ends all sessions of a user and says how many there were.</summary>
    internal int RemoveSessions(Transaction transaction, string uid)
    {
        var sessions = transaction.Range(Sessions, "key", uid + "|", uid + "}", int.MaxValue);
        sessions.ForEach(session => transaction.Delete(Sessions, session["_id"]));
        transaction.OnDurable(() => sessions.ForEach(session => caches.Tokens.Remove(SessionToken.KeyOfHash(session["_id"].AsString))));
        transaction.OnDurable(() => caches.Identities.RemoveWhere(identity => identity.Uid == uid && !identity.IsOpenId));
        return sessions.Count;
    }

    private void Update(Transaction transaction, User user, User changed, string? consent, Recheck recheck)
    {
        changed = changed.Agreeing(consent, Now);
        if (changed == user)
        {
            return;
        }

        var renamed = changed.Name != user.Name;
        Put(transaction, renamed && recheck is not Recheck.None ? Settling.Begin(transaction, changed, recheck) : changed);
        if (renamed)
        {
            transaction.OnDurable(() => caches.ForgetAuthor(user.Uid));
        }
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private Login? LogIn(Transaction transaction, string openId, string uid, bool isNew, string? consent, string token)
    {
        var present = transaction.FindBy(User.Table, "openid", openId);
        if (isNew ? present is not null : present?["_id"].AsString != uid)
        {
            return null;
        }

        var known = present is null ? new User(uid, openId, null, "", Now, 0, 0) { Banned = Bans.Take(transaction, openId) } : User.FromBson(present);
        var user = known.Agreeing(consent, Now);
        if (isNew)
        {
            transaction.Insert(User.Table, user.ToBson());
        }
        else if (user != known)
        {
            transaction.Put(User.Table, user.ToBson());
        }

        var expires = AddSession(transaction, uid, token);
        transaction.OnDurable(() =>
        {
            caches.Users.Set(uid, user);
            caches.Tokens.Add(IdentityKey.Of(token));
            caches.Tokens.Add(IdentityKey.Of(openId));
        });
        return new(user, isNew, token, expires);
    }

    private void Forget(UInt128 token)
    {
        caches.Identities.Remove(token);
        caches.Tokens.Remove(token);
    }

    private long AddSession(Transaction transaction, string uid, string token)
    {
        var sessions = transaction.Range(Sessions, "key", uid + "|", uid + "}", int.MaxValue);
        foreach (var session in sessions.Take(Math.Max(0, sessions.Count - SessionsPerUser + 1)))
        {
            transaction.Delete(Sessions, session["_id"]);
            transaction.OnDurable(() => Forget(SessionToken.KeyOfHash(session["_id"].AsString)));
        }

        var created = Now;
        var expires = created + (long)SessionLifetime.TotalMilliseconds;
        var hash = SessionToken.Hash(token);
        transaction.Insert(Sessions, new() { ["_id"] = hash, ["key"] = $"{uid}|{created:D14}|{hash}", ["uid"] = uid, ["expires"] = expires });
        return expires;
    }

    private User? LoadBySession(Tables tables, string token, UInt128 key)
    {
        if (tables.Find(Sessions, SessionToken.Hash(token)) is not { } session || session["expires"].AsInt64 <= Now)
        {
            return null;
        }

        var uid = session["uid"].AsString;
        caches.Identities.Set(key, new(uid, session["expires"].AsInt64, IsOpenId: false));
        return Load(tables, uid);
    }

    private User? LoadByOpenId(Tables tables, string openId, UInt128 key)
    {
        if (tables.FindBy(User.Table, "openid", openId) is not { } document)
        {
            return null;
        }

        var user = User.FromBson(document);
        caches.Identities.Set(key, new(user.Uid, long.MaxValue, IsOpenId: true));
        caches.Users.Set(user.Uid, user);
        return user;
    }

    private User? Load(Tables tables, string uid)
    {
        var user = Get(tables, uid);
        if (user is not null)
        {
            caches.Users.Set(uid, user);
        }

        return user;
    }
}

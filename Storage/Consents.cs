namespace Postcard.Storage;

/// <summary>The version of the terms that users agreed to.</summary>
internal sealed class Consents(Database database, Users users, TimeProvider time)
{
    /// <summary>Keeps a version with the present time; the one that is kept already keeps its own. False when the user is gone.</summary>
    public Task<bool> AgreeAsync(string uid, string version) => database.WriteAsync(transaction =>
    {
        if (Users.Get(transaction, uid) is not { } user)
        {
            return false;
        }

        if (user.Consent != version)
        {
            users.Put(transaction, user with { Consent = version, Consented = time.GetUtcNow().ToUnixTimeMilliseconds() });
        }

        return true;
    });
}

namespace Postcard.Storage;

/// <summary>
/// Erases a user with everything that is theirs. The first step is one commit after which nothing of the user can be seen; the rest
/// follows in bounded steps, and a restart finishes what was begun.
/// </summary>
internal sealed class Erasure(Database database, MediaFiles files, UserLocks locks, Users users, CardWrites writes, Saves saves, Audit audit)
{
    internal const string Table = "erasing";
    private const int StepSize = 100;

    internal static readonly Collection[] Collections = [new(Table)];

    /// <param name="by">Who does it in the user's place, for the log; null: the user.</param>
    public async Task EraseAsync(string uid, string? by = null)
    {
        await database.WriteAsync(transaction =>
        {
            if (Users.Get(transaction, uid) is { Banned: true } banned)
            {
                Bans.Keep(transaction, banned);
            }

            users.Remove(transaction, uid);
            transaction.Put(Table, new() { ["_id"] = uid });
            audit.Log(transaction, by, "erase", $"user {uid}");
            return true;
        });
        await FinishAsync(uid);
    }

    /// <summary>Finishes what an earlier run began.</summary>
    public async Task ResumeAsync()
    {
        foreach (var uid in await database.ReadAsync(tables => tables.Range(Table, "_id", "", "~", int.MaxValue).ConvertAll(document => document["_id"].AsString)))
        {
            await FinishAsync(uid);
        }
    }

    private async Task FinishAsync(string uid)
    {
        using var hold = await locks.EnterAsync(uid);
        while (await database.WriteAsync(transaction => Step(transaction, uid)) > 0)
        {
        }

        files.DeleteDirectory(files.UserDirectory(uid));
        await database.WriteAsync(transaction => transaction.Delete(Table, uid));
    }

    private int Step(Transaction transaction, string uid)
    {
        var own = transaction.Range(Card.Table, "home", Card.HomeKey(uid, 0), uid + "}", StepSize).ConvertAll(Card.FromBson);
        own.ForEach(card => writes.Remove(transaction, card));
        transaction.Delete(Upload.Table, Upload.IdOf(uid, UploadKind.Image));
        transaction.Delete(Upload.Table, Upload.IdOf(uid, UploadKind.Audio));
        return own.Count + saves.Erase(transaction, uid, StepSize) + Reports.Erase(transaction, uid, StepSize) + Idempotency.Erase(transaction, uid, StepSize);
    }
}

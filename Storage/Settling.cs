using LiteDB;

namespace Postcard.Storage;

/// <summary>
/// Brings a user's cards in line with a ban or a changed name, in bounded steps. From the commit that changes the user on, the plaza shows
/// none of them until that is done; a restart finishes what was begun.
/// </summary>
internal sealed class Settling(Database database, Users users, CardWrites writes, Caches caches, Clock clock)
{
    private const string Table = "settling";
    private const int StepSize = 100;

    private readonly SemaphoreSlim _turn = new(1);

    internal static readonly Collection[] Collections = [new(Table)];

    /// <summary>Part of the change of the user, who is returned as to be stored. <see cref="FinishAsync"/> follows.</summary>
    /// <param name="pends">Whether cards that were approved have to be looked at again.</param>
    internal static User Begin(Transaction transaction, User user, bool pends)
    {
        if (user.Cards == 0)
        {
            return user;
        }

        var present = transaction.Find(Table, user.Uid);
        transaction.Put(Table, Document(user.Uid, 0, pends || present?["pends"].AsBoolean is true));
        return user with { Settling = true };
    }

    /// <summary>Does what was begun for a user; nothing when nothing was.</summary>
    public async Task FinishAsync(string uid)
    {
        // One at a time: steps of many would come together in one commit, and everybody waits for that.
        await _turn.WaitAsync();
        try
        {
            while (await database.WriteAsync(transaction => Step(transaction, uid)))
            {
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Finishes what an earlier run began.</summary>
    public async Task ResumeAsync()
    {
        foreach (var uid in await database.ReadAsync(tables => tables.Range(Table, "_id", "", "~", int.MaxValue).ConvertAll(document => document["_id"].AsString)))
        {
            await FinishAsync(uid);
        }
    }

    /// <summary>Whether there is more to do.</summary>
    private bool Step(Transaction transaction, string uid)
    {
        if (transaction.Find(Table, uid) is not { } work)
        {
            return false;
        }

        if (Users.Get(transaction, uid) is not { } author)
        {
            // Erased meanwhile.
            transaction.Delete(Table, uid);
            return false;
        }

        var (after, pends) = (work["after"].AsInt64, work["pends"].AsBoolean);
        var cards = transaction.Range(Card.Table, "home", Card.HomeKey(uid, after + 1), uid + "}", StepSize).ConvertAll(Card.FromBson);
        cards.ForEach(card => Settle(transaction, card, author, pends));
        if (cards.Count == StepSize)
        {
            transaction.Put(Table, Document(uid, cards[^1].Created, pends));
            return true;
        }

        transaction.Delete(Table, uid);
        users.Put(transaction, author with { Settling = false });
        transaction.OnDurable(() => caches.ForgetAuthor(uid));
        return false;
    }

    private void Settle(Transaction transaction, Card card, User author, bool pends)
    {
        if (pends && card.Status is CardStatus.Approved or CardStatus.Pending)
        {
            // A new time, so that who is looking at the card with the old name does not approve the new one.
            writes.Replace(transaction, card with { Status = CardStatus.Pending, Updated = clock.Next() }, author);
        }
        else
        {
            writes.ShowOnPlaza(transaction, card, author);
        }
    }

    private static BsonDocument Document(string uid, long after, bool pends) => new() { ["_id"] = uid, ["after"] = after, ["pends"] = pends };
}

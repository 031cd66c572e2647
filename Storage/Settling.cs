using LiteDB;

namespace Postcard.Storage;

/// <summary>Who has to look at an author's cards again because of another name.</summary>
internal enum Recheck
{
    None,

    Human,

    /// <summary>WeChat, which has not answered about the name itself.</summary>
    Machine,
}

/// <summary>
/// Brings a user's cards in line with a ban or a changed name, in bounded steps. From the commit that changes the user on, the plaza shows
/// none of them until that is done; a restart finishes what was begun.
/// </summary>
internal sealed class Settling(Database database, Users users, CardWrites writes, Checks checks, Caches caches, Clock clock)
{
    internal const string Table = "settling";
    private const int StepSize = 100;

    private readonly SemaphoreSlim _turn = new(1);

    internal static readonly Collection[] Collections = [new(Table)];

    /// <summary>Part of the change of the user, who is returned as to be stored. <see cref="FinishAsync"/> follows.</summary>
    /// <param name="recheck">Of the cards that were approved or wait.</param>
    internal static User Begin(Transaction transaction, User user, Recheck recheck)
    {
        if (user.Cards == 0)
        {
            return user;
        }

        if (recheck is Recheck.None && transaction.Find(Table, user.Uid) is { } present)
        {
            recheck = RecheckIn(present);
        }

        transaction.Put(Table, Document(user.Uid, 0, recheck));
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

        var (after, recheck) = (work["after"].AsInt64, RecheckIn(work));
        var cards = transaction.Range(Card.Table, "home", Card.HomeKey(uid, after + 1), uid + "}", StepSize).ConvertAll(Card.FromBson);
        cards.ForEach(card => Settle(transaction, card, author, recheck));
        if (cards.Count == StepSize)
        {
            transaction.Put(Table, Document(uid, cards[^1].Created, recheck));
            return true;
        }

        transaction.Delete(Table, uid);
        users.Put(transaction, author with { Settling = false });
        transaction.OnDurable(() => caches.ForgetAuthor(uid));
        return false;
    }

    private void Settle(Transaction transaction, Card card, User author, Recheck recheck)
    {
        if (recheck is Recheck.None || card.Status is not (CardStatus.Approved or CardStatus.Pending))
        {
            writes.ShowOnPlaza(transaction, card, author);
            return;
        }

        // A new time, so that who is looking at the card with the old name does not approve the new one.
        var waiting = card with { Status = CardStatus.Pending, Updated = clock.Next() };
        writes.Replace(transaction, waiting, author);
        if (Checks.Find(transaction, card.Id, card.Updated) is { } running)
        {
            checks.Carry(transaction, recheck is Recheck.Machine ? running with { Todo = running.Todo | CheckParts.Text, Failures = 0 } : running with { Human = true }, waiting);
        }
        else if (recheck is Recheck.Machine && card.Status == CardStatus.Approved)
        {
            // Not of a card that waits for a human: more than its name may be in doubt.
            checks.Put(transaction, waiting, new(CheckParts.Text, Human: false));
        }
    }

    private static BsonDocument Document(string uid, long after, Recheck recheck) =>
        new() { ["_id"] = uid, ["after"] = after, ["pends"] = recheck is not Recheck.None, ["asks"] = recheck is Recheck.Machine };

    // Earlier releases asked nobody.
    private static Recheck RecheckIn(BsonDocument work) =>
        !work["pends"].AsBoolean ? Recheck.None : work["asks"] is { IsBoolean: true, AsBoolean: true } ? Recheck.Machine : Recheck.Human;
}

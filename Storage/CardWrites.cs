using LiteDB;

namespace Postcard.Storage;

/// <summary>Writes of card records, with all that has to agree with them: the plaza, the review record, what is in memory.</summary>
internal sealed class CardWrites(Caches caches, CardReads reads, Clock clock)
{
    internal static readonly Collection[] Collections =
    [
        new(Card.Table, new Index("home")),
        new(CardReads.PlazaTable, new Index("created")),
    ];

    public void Insert(Transaction transaction, Card card, User author)
    {
        transaction.Insert(Card.Table, card.ToBson());
        clock.Reserve(transaction, card.Created);
        SetOnPlaza(transaction, card, before: false, after: card.OnPlazaOf(author));
        if (card.Status != CardStatus.None)
        {
            Review.Of(card).Put(transaction);
        }

        transaction.OnDurable(() =>
        {
            reads.Keep(card, author);
            if (caches.Homes.TryGet(card.Uid, out var head))
            {
                SetHome(card.Uid, head.Add(card.Key));
            }
        });
    }

    /// <summary>What is being checked of the card goes on: whoever decides or edits sees to that.</summary>
    /// <param name="author">As it is after the change.</param>
    /// <param name="review">The card's review record after the change, where that is more than a new status.</param>
    public void Replace(Transaction transaction, Card card, User author, Review? review = null)
    {
        var known = review ?? Review.Find(transaction, card.Id);
        var wasOnPlaza = IsOnPlaza(transaction, card);
        transaction.Put(Card.Table, card.ToBson());
        clock.Reserve(transaction, card.Updated);
        SetOnPlaza(transaction, card, wasOnPlaza, card.OnPlazaOf(author));
        if (known is not null || card.Status != CardStatus.None)
        {
            ((known ?? Review.Of(card)) with { Status = card.Status }).Put(transaction);
        }

        transaction.OnDurable(() => reads.Keep(card, author));
    }

    /// <summary>Only the plaza, where the author's standing changed and the card did not.</summary>
    public void ShowOnPlaza(Transaction transaction, Card card, User author) =>
        SetOnPlaza(transaction, card, IsOnPlaza(transaction, card), card.OnPlazaOf(author));

    public void Remove(Transaction transaction, Card card)
    {
        var wasOnPlaza = IsOnPlaza(transaction, card);
        transaction.Delete(Card.Table, card.Id);
        SetOnPlaza(transaction, card, wasOnPlaza, after: false);
        transaction.Delete(Review.Table, card.Id);
        Checks.Forget(transaction, card.Id);
        Reports.Forget(transaction, card.Id);
        transaction.OnDurable(() =>
        {
            caches.Cards.Remove(card.Id);
            if (caches.Homes.TryGet(card.Uid, out var head))
            {
                SetHome(card.Uid, head.Remove(card.Id));
            }
        });
    }

    private static bool IsOnPlaza(Tables tables, Card card) => tables.Find(CardReads.PlazaTable, card.Id) is not null;

    private void SetOnPlaza(Transaction transaction, Card card, bool before, bool after)
    {
        if (before == after)
        {
            return;
        }

        if (after)
        {
            transaction.Insert(CardReads.PlazaTable, new() { ["_id"] = card.Id, ["created"] = card.Created });
            transaction.OnDurable(() => caches.Plaza = caches.Plaza?.Add(card.Key));
        }
        else
        {
            transaction.Delete(CardReads.PlazaTable, card.Id);
            transaction.OnDurable(() => caches.Plaza = caches.Plaza?.Remove(card.Id));
        }
    }

    private void SetHome(string uid, CardHead? head)
    {
        if (head is null)
        {
            caches.Homes.Remove(uid);
        }
        else
        {
            caches.Homes.Set(uid, head);
        }
    }
}

using LiteDB;

namespace Postcard.Storage;

/// <summary>Changes of cards. What a card takes from the uploads is linked into its directory before the record says so.</summary>
internal sealed class Cards(Database database, MediaFiles files, Caches caches, Clock clock, UserLocks locks, Quota quota, Users users, Idempotency idempotency, CardReads reads)
{
    internal static readonly Collection[] Collections =
    [
        new(Card.Table, new Index("home")),
        new(CardReads.PlazaTable, new Index("created")),
    ];

    /// <summary>A new card's id and time, for the draft.</summary>
    public (string Id, long Created) NewKey() => (Ids.NewCard(), clock.Next());

    public long NewTime() => clock.Next();

    /// <summary>
    /// Makes a card. <paramref name="draft"/> is called with the uploads that wait, under the user's lock, and may refuse by an exception.
    /// </summary>
    public async Task<CardResult> CreateAsync(string uid, bool takesUploads, IdempotencyKey? key, Func<Upload?, Upload?, CardDraft> draft)
    {
        // Before the look for the key: a repeat that runs at the same time must find the card, not that its upload is taken.
        using var hold = takesUploads ? await locks.EnterAsync(uid) : default;
        if (key is not null && await database.ReadAsync(tables => idempotency.Find(tables, uid, key)) is { } earlier)
        {
            return earlier;
        }

        var (image, audio) = takesUploads ? await WaitingAsync(uid) : default;
        return await TakingAsync(draft(image, audio), BlobSet.None, linked => InsertAsync(uid, linked, key));
    }

    /// <summary>
    /// Changes a card. <paramref name="edit"/> is called with the card and the uploads that wait, under the user's lock, and may refuse by
    /// an exception.
    /// </summary>
    public async Task<CardResult> EditAsync(string uid, string id, Func<Card, Upload?, Upload?, CardDraft> edit)
    {
        using var hold = await locks.EnterAsync(uid);
        var before = await database.ReadAsync(tables => CardReads.Get(tables, id));
        if (before is null || before.Uid != uid)
        {
            return new(before is null ? CardOutcome.NotFound : CardOutcome.NotOwner);
        }

        var (image, audio) = await WaitingAsync(uid);
        var result = await TakingAsync(edit(before, image, audio), before.OwnBlobs, linked => ReplaceAsync(before, linked));
        if (result is { Outcome: CardOutcome.Done, Card: { } after })
        {
            MediaFiles.Delete(files.CardDirectory(uid, id), before.OwnBlobs.All.ExceptBy(after.OwnBlobs.All.Select(blob => blob.Name), blob => blob.Name));
        }

        return result;
    }

    public async Task<CardOutcome> DeleteAsync(string uid, string id)
    {
        using var hold = await locks.EnterAsync(uid);
        var outcome = await database.WriteAsync(transaction =>
        {
            if (CardReads.Get(transaction, id) is not { } card)
            {
                return CardOutcome.NotFound;
            }

            if (card.Uid != uid)
            {
                return CardOutcome.NotOwner;
            }

            Remove(transaction, card);
            Count(transaction, uid, -1, -card.OwnBlobs.Bytes);
            return CardOutcome.Done;
        });
        if (outcome is CardOutcome.Done)
        {
            MediaFiles.DeleteDirectory(files.CardDirectory(uid, id));
        }

        return outcome;
    }

    internal void Remove(Transaction transaction, Card card)
    {
        transaction.Delete(Card.Table, card.Id);
        SetOnPlaza(transaction, card, before: card.OnPlaza, after: false);
        transaction.OnDurable(() =>
        {
            caches.Cards.Remove(card.Id);
            if (caches.Homes.TryGet(card.Uid, out var head))
            {
                SetHome(card.Uid, head.Remove(card.Id));
            }
        });
    }

    private async Task<(Upload? Image, Upload? Audio)> WaitingAsync(string uid) => await database.ReadAsync(
        tables => (Uploads.Get(tables, uid, UploadKind.Image), Uploads.Get(tables, uid, UploadKind.Audio)));

    /// <param name="present">Media that the card has, which a refusal must not touch.</param>
    private async Task<CardResult> TakingAsync(CardDraft draft, BlobSet present, Func<CardDraft, Task<CardResult>> store)
    {
        var taken = draft.Taken.ToList();
        if (taken.Count == 0)
        {
            return await store(draft);
        }

        var (uid, id) = (draft.Card.Uid, draft.Card.Id);
        var linked = files.LinkIntoCard(uid, id, new(draft.TakeImage?.Blobs.Image, draft.TakeImage?.Blobs.Mini, draft.TakeAudio?.Blobs.Audio));
        var blobs = new BlobSet(linked.Image ?? draft.Card.Blobs.Image, linked.Mini ?? draft.Card.Blobs.Mini, linked.Audio ?? draft.Card.Blobs.Audio);
        try
        {
            var result = await store(draft with { Card = draft.Card with { Blobs = blobs } });
            if (result.Outcome is CardOutcome.Done)
            {
                MediaFiles.Delete(files.TempDirectory(uid), taken.SelectMany(upload => upload.Blobs.All));
            }
            else
            {
                Unlink();
            }

            return result;
        }
        catch (StorageFullException)
        {
            // Nothing was changed. After any other error the record may be there, and the sweep finds out.
            Unlink();
            throw;
        }

        void Unlink() => files.UnlinkFromCard(uid, id, linked.All.ExceptBy(present.All.Select(blob => blob.Name), blob => blob.Name));
    }

    private Task<CardResult> InsertAsync(string uid, CardDraft draft, IdempotencyKey? key) => database.WriteAsync(transaction =>
    {
        if (key is not null && idempotency.Find(transaction, uid, key) is { } earlier)
        {
            return earlier;
        }

        if ((Check(transaction, draft) ?? CheckQuota(transaction, draft, 1, draft.Card.OwnBlobs.Bytes)) is { } refused)
        {
            return new(refused);
        }

        var card = draft.Card;
        transaction.Insert(Card.Table, card.ToBson());
        clock.Reserve(transaction, card.Created);
        SetOnPlaza(transaction, card, before: false, after: card.OnPlaza);
        EmptySlots(transaction, draft);
        if (key is not null)
        {
            idempotency.Remember(transaction, uid, key, card.Id);
        }

        var author = Count(transaction, uid, 1, card.OwnBlobs.Bytes);
        transaction.OnDurable(() =>
        {
            reads.Keep(card, author);
            if (caches.Homes.TryGet(uid, out var head))
            {
                SetHome(uid, head.Add(card.Key));
            }
        });
        return new(CardOutcome.Done, card);
    });

    private Task<CardResult> ReplaceAsync(Card before, CardDraft draft) => database.WriteAsync(transaction =>
    {
        if (CardReads.Get(transaction, before.Id) is null)
        {
            return new(CardOutcome.NotFound);
        }

        if ((Check(transaction, draft) ?? CheckQuota(transaction, draft, 0, draft.Card.OwnBlobs.Bytes - before.OwnBlobs.Bytes)) is { } refused)
        {
            return new(refused);
        }

        var card = draft.Card;
        transaction.Put(Card.Table, card.ToBson());
        clock.Reserve(transaction, card.Updated);
        SetOnPlaza(transaction, card, before.OnPlaza, card.OnPlaza);
        EmptySlots(transaction, draft);
        var author = Count(transaction, card.Uid, 0, card.OwnBlobs.Bytes - before.OwnBlobs.Bytes);
        transaction.OnDurable(() => reads.Keep(card, author));
        return new CardResult(CardOutcome.Done, card);
    });

    private static CardOutcome? Check(Tables tables, CardDraft draft)
    {
        if (Users.Get(tables, draft.Card.Uid) is null)
        {
            return CardOutcome.UserGone;
        }

        var changed = draft.FromTemplates.Any(seen => Templates.Get(tables, seen.Id)?.Blobs != seen.Blobs);
        return changed ? CardOutcome.TemplateChanged : null;
    }

    /// <summary>What takes no more than before is let through in any case: the quota may have been lowered.</summary>
    private CardOutcome? CheckQuota(Tables tables, CardDraft draft, int cards, long bytes)
    {
        var user = Users.Get(tables, draft.Card.Uid)!;
        if (cards > 0 && !quota.HasRoomFor(user.Cards + cards))
        {
            return CardOutcome.TooMany;
        }

        var waiting = Quota.Waiting(tables, user.Uid, [.. draft.Taken.Select(upload => upload.Kind)]);
        return bytes > 0 && !quota.HasRoomFor(user.Bytes + bytes + waiting) ? CardOutcome.NoRoom : null;
    }

    private static void EmptySlots(Transaction transaction, CardDraft draft)
    {
        foreach (var upload in draft.Taken)
        {
            transaction.Delete(Upload.Table, upload.Id);
        }
    }

    private User Count(Transaction transaction, string uid, int cards, long bytes)
    {
        var user = Users.Get(transaction, uid)!;
        var counted = user with { Cards = user.Cards + cards, Bytes = user.Bytes + bytes };
        if (counted != user)
        {
            users.Put(transaction, counted);
        }

        return counted;
    }

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

using LiteDB;

namespace Postcard.Storage;

/// <summary>Changes of cards. What a card takes from the uploads is linked into its directory before the record says so.</summary>
internal sealed class Cards(Database database, MediaFiles files, Clock clock, UserLocks locks, Quota quota, Users users, Idempotency idempotency, CardWrites writes, Checks checks, Audit audit)
{
    /// <summary>A new card's id and time, for the draft.</summary>
    public (string Id, long Created) NewKey()
    {
        var created = clock.Next();
        return (Ids.NewCard(created), created);
    }

    public long NewTime() => clock.Next();

    /// <summary>
    /// Makes a card. <paramref name="draft"/> is called with the uploads that wait, under the user's lock, and may refuse by an exception.
    /// </summary>
    public async Task<CardResult> CreateAsync(string uid, bool takesUploads, IdempotencyKey? key, Func<Upload?, Upload?, CardDraft> draft)
    {
        // Before the look for the key: a repeat that runs at the same time must find the card, not that its upload is taken.
        using var hold = takesUploads ? await locks.EnterAsync(uid) : default;
        if (key is not null && await idempotency.FindAsync(uid, key) is { } earlier)
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
        if (Access(before, uid) is { } refused)
        {
            return new(refused);
        }

        var (image, audio) = await WaitingAsync(uid);
        var result = await TakingAsync(edit(before!, image, audio), before!.OwnBlobs, linked => ReplaceAsync(before, linked));
        if (result is { Outcome: CardOutcome.Done, Card: { } after })
        {
            files.Delete(files.CardDirectory(uid, id), before.OwnBlobs.All.ExceptBy(after.OwnBlobs.All.Select(blob => blob.Name), blob => blob.Name));
        }

        return result;
    }

    /// <param name="by">Who does it in the owner's place, for the log; null: the owner.</param>
    public async Task<CardOutcome> DeleteAsync(string uid, string id, string? by = null, string reason = "")
    {
        using var hold = await locks.EnterAsync(uid);
        var outcome = await database.WriteAsync(transaction =>
        {
            var card = CardReads.Get(transaction, id);
            if (Access(card, uid) is { } refused)
            {
                return refused;
            }

            if (Users.Get(transaction, uid) is null)
            {
                // The author is being erased, and the card with it.
                return CardOutcome.NotFound;
            }

            writes.Remove(transaction, card!);
            Count(transaction, uid, -1, -card!.OwnBlobs.Bytes);
            audit.Log(transaction, by, "remove", $"card {id}", reason);
            return CardOutcome.Done;
        });
        if (outcome is CardOutcome.Done)
        {
            files.DeleteDirectory(files.CardDirectory(uid, id));
        }

        return outcome;
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
                files.Delete(files.TempDirectory(uid), taken.SelectMany(upload => upload.Blobs.All));
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

        var author = Count(transaction, uid, 1, draft.Card.OwnBlobs.Bytes);
        draft = Named(draft, author);
        writes.Insert(transaction, draft.Card, author);
        if (draft.Check is { } check)
        {
            checks.Put(transaction, draft.Card, check);
        }

        Take(transaction, draft);
        if (key is not null)
        {
            idempotency.Remember(transaction, uid, key, draft.Card.Id);
        }

        return new(CardOutcome.Done, draft.Card);
    });

    private Task<CardResult> ReplaceAsync(Card before, CardDraft draft) => database.WriteAsync(transaction =>
    {
        if (CardReads.Get(transaction, before.Id) is not { } present)
        {
            return new(CardOutcome.NotFound);
        }

        // What the draft made of the status would undo a decision that was made since.
        if (present != before)
        {
            return new(CardOutcome.Reviewed);
        }

        if ((Check(transaction, draft) ?? CheckQuota(transaction, draft, 0, draft.Card.OwnBlobs.Bytes - before.OwnBlobs.Bytes)) is { } refused)
        {
            return new(refused);
        }

        var author = Count(transaction, before.Uid, 0, draft.Card.OwnBlobs.Bytes - before.OwnBlobs.Bytes);
        draft = Named(draft, author);
        checks.Renew(transaction, before, draft.Card, draft.Check);
        writes.Replace(transaction, draft.Card, author, Review.Find(transaction, before.Id) is { } review ? review with { Unchecked = false } : null);
        Take(transaction, draft);
        return new CardResult(CardOutcome.Done, draft.Card);
    });

    /// <summary>The draft. When the author took another name while WeChat was asked, it is asked again: approval holds for the checked name only.</summary>
    private static CardDraft Named(CardDraft draft, User author)
    {
        if (draft.CheckedName is not { } name || name == author.Name || draft.Card.Status is not (CardStatus.Approved or CardStatus.Pending))
        {
            return draft;
        }

        var (parts, human) = draft.Check ?? new(CheckParts.None, Human: false);
        return draft with { Card = draft.Card with { Status = CardStatus.Pending }, Check = new(parts | CheckParts.Text, human) };
    }

    /// <summary>Null for the owner.</summary>
    private static CardOutcome? Access(Card? card, string uid) => card switch
    {
        null => CardOutcome.NotFound,
        _ when card.Uid == uid => null,
        { Hidden: true } => CardOutcome.NotFound,
        _ => CardOutcome.NotOwner,
    };

    private static CardOutcome? Check(Tables tables, CardDraft draft)
    {
        switch (Users.Get(tables, draft.Card.Uid))
        {
            case null:
                return CardOutcome.UserGone;
            case { Banned: true }:
                return CardOutcome.Banned;
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

    private static void Take(Transaction transaction, CardDraft draft)
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
}

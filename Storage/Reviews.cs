namespace Postcard.Storage;

internal enum ReviewOutcome
{
    Done,

    /// <summary>No such card, or no longer.</summary>
    NotFound,

    /// <summary>The card is another than the one that was looked at, somebody has decided since, or its check was overtaken.</summary>
    Changed,

    /// <summary>Only an admin may approve this card: one rejected it, or complaints took it off the plaza.</summary>
    Held,
}

/// <summary>Decisions about cards, by admins and by machines.</summary>
internal sealed class Reviews(Database database, CardWrites writes, Audit audit)
{
    /// <summary>Decides about a card: its status, whether the plaza shows it, and the log, in one commit. Complaints count as looked at.</summary>
    /// <param name="status">
    /// <see cref="CardStatus.Approved"/> (comes to <see cref="CardStatus.None"/> for a card that its author keeps off the plaza),
    /// <see cref="CardStatus.Rejected"/> or <see cref="CardStatus.Pending"/>.
    /// </param>
    /// <param name="reason">Shown to the author of a rejected card.</param>
    /// <param name="by">An admin's uid or one of <see cref="Actor"/>.</param>
    /// <param name="seenUpdated"><see cref="Card.Updated"/> of the card that was looked at; null decides about it as it now is.</param>
    /// <param name="seenStatus">Its status, which decisions change and edits do not always; null likewise.</param>
    public Task<ReviewOutcome> DecideAsync(string card, string status, string reason, string by, long? seenUpdated, string? seenStatus = null) => database.WriteAsync(transaction =>
    {
        if (CardReads.Get(transaction, card) is not { } present || Users.Get(transaction, present.Uid) is not { } author)
        {
            return ReviewOutcome.NotFound;
        }

        if ((seenUpdated ?? present.Updated) != present.Updated || (seenStatus ?? present.Status) != present.Status)
        {
            return ReviewOutcome.Changed;
        }

        var machine = by == Actor.WeChat;
        if (machine && Checks.Find(transaction, card, present.Updated) is null)
        {
            // A human was faster.
            return ReviewOutcome.Changed;
        }

        if (machine && present.Held && status != CardStatus.Rejected)
        {
            return ReviewOutcome.Held;
        }

        var stopped = Checks.Forget(transaction, card);
        var decided = Decided(present, status, reason, machine);
        var review = Review.Find(transaction, card) ?? Review.Of(present);
        if (decided == present && (machine || review is { Reports: 0, Unchecked: false } && !stopped))
        {
            return ReviewOutcome.Done;
        }

        // A machine does not read complaints.
        writes.Replace(transaction, decided, author, machine ? review : review with { Reports = 0, Round = review.Round + 1, Unchecked = false });
        audit.Log(transaction, by, DeedOf(status), $"card {card}", reason);
        return ReviewOutcome.Done;
    });

    private static Card Decided(Card card, string status, string reason, bool machine) => status switch
    {
        CardStatus.Approved => card with { Status = card.Plaza ? CardStatus.Approved : CardStatus.None, Reason = "", Held = false, Barred = false },
        CardStatus.Rejected => card with { Status = CardStatus.Rejected, Reason = reason, Held = card.Held || !machine },
        CardStatus.Pending => card with { Status = CardStatus.Pending, Reason = "", Held = card.Held || !machine, Barred = card.Hidden },
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "No decision."),
    };

    private static string DeedOf(string status) => status switch
    {
        CardStatus.Approved => "approve",
        CardStatus.Rejected => "reject",
        _ => "hold",
    };
}

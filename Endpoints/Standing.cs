using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>The rules for a card's standing for the plaza when its author makes or changes it. Reviewers' decisions are <see cref="Reviews"/>.</summary>
internal static class Standing
{
    /// <param name="review">The setting: <c>off</c>, <c>manual</c> or <c>wechat</c>.</param>
    /// <param name="verdict">What WeChat says of the card's content; counts in mode <c>wechat</c> only.</param>
    /// <param name="before">Null for a new card.</param>
    /// <param name="after">As the author wants it, with the status that it had.</param>
    public static Card Of(string review, Verdict verdict, Card? before, Card after)
    {
        var changed = before is null || after.SaysOtherThan(before);
        if (before is { Status: CardStatus.Rejected })
        {
            return changed ? after with { Status = CardStatus.Pending, Reason = "", Barred = true } : after;
        }

        if (before is { Barred: true })
        {
            // Not to be made visible by taking the card from the plaza.
            return after with { Status = CardStatus.Pending };
        }

        if (before is { Held: true })
        {
            // Not to be shaken off by taking the card from the plaza and putting it back.
            return after with { Status = before.Status == CardStatus.None && !after.Plaza ? CardStatus.None : CardStatus.Pending };
        }

        if (!after.Plaza)
        {
            return after with { Status = CardStatus.None };
        }

        return changed || before!.Status == CardStatus.None ? after with { Status = Waits(review, verdict) ? CardStatus.Pending : CardStatus.Approved } : after;
    }

    /// <summary>Who has to look at the cards of an author who takes another name.</summary>
    /// <param name="verdict">What WeChat says of the name; null when it is not asked.</param>
    public static Recheck OfName(string review, Verdict? verdict) =>
        !Waits(review, verdict ?? Verdict.Unsure) ? Recheck.None : verdict is Verdict.Unsure ? Recheck.Machine : Recheck.Human;

    /// <summary>Whether somebody has to look before the plaza shows something.</summary>
    /// <inheritdoc cref="Of"/>
    private static bool Waits(string review, Verdict verdict) => review switch
    {
        "off" => false,
        "wechat" => verdict is not Verdict.Pass,
        _ => true,
    };
}

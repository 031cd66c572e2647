namespace Postcard.Storage;

internal enum CardOutcome
{
    Done,

    /// <summary>The same call was answered before; the card is the one that it made.</summary>
    Repeated,

    /// <summary>The same Idempotency-Key came with another body.</summary>
    Conflict,

    /// <summary>No such card, or no longer.</summary>
    NotFound,

    NotOwner,

    /// <summary>The user was erased meanwhile.</summary>
    UserGone,

    /// <summary>The user was banned meanwhile.</summary>
    Banned,

    /// <summary>The card was reviewed, or its author's name changed, since the draft was made: look again.</summary>
    Reviewed,

    /// <summary>The template was changed or removed meanwhile: look again.</summary>
    TemplateChanged,

    /// <summary>The user's quota of cards.</summary>
    TooMany,

    /// <summary>The user's quota of bytes.</summary>
    NoRoom,
}

/// <param name="Card">Null where the outcome leaves none.</param>
internal sealed record CardResult(CardOutcome Outcome, Card? Card = null);

/// <param name="Card">As it shall be; media taken from uploads under the uploads' names, which become the card's.</param>
/// <param name="TakeImage">The upload that the picture is taken from, if it is.</param>
/// <param name="FromTemplates">Templates whose media the card takes now, as they were seen.</param>
/// <param name="Check">Goes into the queue of checks in the same commit as the card; null when nothing has to be checked.</param>
internal sealed record CardDraft(
    Card Card, Upload? TakeImage, Upload? TakeAudio, IReadOnlyList<Template> FromTemplates, NewCheck? Check = null)
{
    /// <summary>The author's name that was checked with the card; null when none was. Approval does not hold for another.</summary>
    public string? CheckedName { get; init; }

    public IEnumerable<Upload> Taken => new[] { TakeImage, TakeAudio }.OfType<Upload>();
}

/// <param name="BodyHash">SHA-256 of the request's body, to tell a repeat from another request.</param>
internal sealed record IdempotencyKey(string Key, string BodyHash);

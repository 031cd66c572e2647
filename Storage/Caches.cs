namespace Postcard.Storage;

/// <summary>
/// A card as opens and lists need it. The reply is kept rendered and the record is not: in UTF-16 beside the reply it would double
/// what a card takes in memory.
/// </summary>
/// <param name="Reason">Why it was rejected; empty when it is not.</param>
/// <param name="Hidden">As <see cref="Card.Hidden"/>.</param>
/// <param name="OnPlaza">Whether the plaza shows it.</param>
/// <param name="Json">The card's fields up to those that depend on who looks, as <see cref="CardRenderer"/> wrote them.</param>
internal sealed record OpenCard(string Id, string Uid, BlobSet Blobs, int? Template, int? AudioTemplate, string Status, string Reason, bool Hidden, bool OnPlaza, byte[] Json);

/// <summary>Renders the fields of a card that are the same for everyone as UTF-8 JSON: an object without its closing brace.</summary>
internal delegate byte[] CardRenderer(Card card, User author);

/// <summary>A page of cards, newest first.</summary>
/// <param name="Next">The creation time below which the next page starts; null on the last.</param>
internal sealed record CardPage(IReadOnlyList<OpenCard> Cards, long? Next);

/// <summary>The caches in front of the database, kept true by the database thread.</summary>
internal sealed class Caches(long budgetBytes)
{
    private readonly long _share = budgetBytes / 32;

    public BoundedCache<string, OpenCard> Cards => field ??= new(24 * _share, card => 104 + card.Json.Length + (240 * card.Blobs.Count));

    public BoundedCache<UInt128, Identity> Identities => field ??= new(_share, _ => 120);

    public BoundedCache<string, User> Users => field ??= new(_share, user => 160 + 2 * (user.OpenId.Length + user.Name.Length));

    /// <summary>Which cards a user keeps.</summary>
    public BoundedCache<string, HashSet<string>> Saved => field ??= new(2 * _share, cards => 100 + 110 * cards.Count);

    /// <summary>The newest cards of a user.</summary>
    public BoundedCache<string, CardHead> Homes => field ??= new(3 * _share, head => head.Bytes);

    /// <summary>The newest cards on the plaza; null until first asked for.</summary>
    public CardHead? Plaza
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>All templates, by id. Never changed, only replaced.</summary>
    public SortedDictionary<int, Template> Templates
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = [];

    /// <summary>What logs in. Unlike the rest it may hold too much, so that it survives <see cref="Clear"/>.</summary>
    public KnownTokens Tokens { get; } = new();

    /// <summary>Forgets everything but the templates, which are always held whole.</summary>
    public void Clear()
    {
        Cards.Clear();
        Identities.Clear();
        Users.Clear();
        Saved.Clear();
        Homes.Clear();
        Plaza = null;
    }

    /// <summary>What shows a user's name has to be rendered anew.</summary>
    public void ForgetAuthor(string uid) => Cards.RemoveWhere(card => card.Uid == uid);
}

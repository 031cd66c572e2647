using LiteDB;

namespace Postcard.Storage;

/// <summary>Opens and lists. What is hot is answered from memory; the rest is read on the database thread and stays in memory.</summary>
internal sealed class CardReads(Database database, Caches caches, CardRenderer render)
{
    internal const string PlazaTable = "plaza";

    /// <summary>The card, or null when there is none.</summary>
    public ValueTask<OpenCard?> OpenAsync(string id) =>
        caches.Cards.TryGet(id, out var card) ? new(card) : new(database.ReadAsync(tables => Load(tables, id)));

    /// <summary>The whole record, for changes.</summary>
    public Task<Card?> FindAsync(string id) => database.ReadAsync(tables => Get(tables, id));

    /// <summary>A user's cards created before <paramref name="before"/>, newest first.</summary>
    public ValueTask<CardPage> HomeAsync(string uid, long before, int limit)
    {
        if (caches.Homes.TryGet(uid, out var head) && PageFrom(head, before, limit) is { } page)
        {
            return new(page);
        }

        return new(database.ReadAsync(tables =>
        {
            if (!caches.Homes.TryGet(uid, out var known))
            {
                known = Head(LoadHome(tables, uid, long.MaxValue, CardHead.Length + 1));
                caches.Homes.Set(uid, known);
            }

            return ToPage(tables, known.Page(before, limit + 1) ?? LoadHome(tables, uid, before, limit + 1), limit);
        }));
    }

    /// <summary>The cards on the plaza created before <paramref name="before"/>, newest first; fewer where an author's are just going.</summary>
    public ValueTask<CardPage> PlazaAsync(long before, int limit)
    {
        if (caches.Plaza is { } head && PageFrom(head, before, limit) is { } page)
        {
            return new(OnPlaza(page));
        }

        return new(database.ReadAsync(tables =>
        {
            var known = caches.Plaza ??= Head(LoadPlaza(tables, long.MaxValue, CardHead.Length + 1));
            return OnPlaza(ToPage(tables, known.Page(before, limit + 1) ?? LoadPlaza(tables, before, limit + 1), limit));
        }));
    }

    /// <summary>Up to <paramref name="limit"/> records after the id <paramref name="cursor"/>, in the order of their ids, for jobs that look at all.</summary>
    public Task<List<Card>> ScanAsync(string cursor, int limit) => database.ReadAsync(tables =>
        tables.Range(Card.Table, "_id", cursor, "~", limit + 1).ConvertAll(Card.FromBson).FindAll(card => card.Id != cursor));

    internal static Card? Get(Tables tables, string id) => tables.Find(Card.Table, id) is { } document ? Card.FromBson(document) : null;

    /// <summary>Database thread only. A card whose author is being erased counts as gone.</summary>
    internal OpenCard? Load(Tables tables, string id) =>
        caches.Cards.TryGet(id, out var known) ? known : Get(tables, id) is { } card ? Remember(tables, card) : null;

    internal OpenCard? Remember(Tables tables, Card card)
    {
        if (!caches.Users.TryGet(card.Uid, out var author))
        {
            author = Users.Get(tables, card.Uid);
            if (author is null)
            {
                return null;
            }

            caches.Users.Set(card.Uid, author);
        }

        return Keep(card, author);
    }

    /// <summary>Database thread only. A card as it now is; whoever made or changed it is the first who opens it.</summary>
    internal OpenCard Keep(Card card, User author)
    {
        var blobs = card.Blobs == BlobSet.None ? BlobSet.None : card.Blobs;
        var onPlaza = card.OnPlazaOf(author) && !author.Settling;
        var open = new OpenCard(card.Id, author.Uid, blobs, card.Template, card.AudioTemplate, card.Status, card.Reason, card.Hidden, onPlaza, render(card, author));
        caches.Cards.Set(card.Id, open);
        return open;
    }

    private CardPage? PageFrom(CardHead head, long before, int limit)
    {
        if (head.Page(before, limit + 1) is not { } keys)
        {
            return null;
        }

        var shown = Math.Min(keys.Count, limit);
        var cards = new OpenCard[shown];
        for (var i = 0; i < shown; i++)
        {
            if (!caches.Cards.TryGet(keys[i].Id, out var card))
            {
                return null;
            }

            cards[i] = card;
        }

        return new(cards, keys.Count > limit ? keys[limit - 1].Created : null);
    }

    /// <summary>Cards leave the list of the plaza in steps, but from sight at once.</summary>
    private static CardPage OnPlaza(CardPage page) =>
        page.Cards.All(card => card.OnPlaza) ? page : page with { Cards = [.. page.Cards.Where(card => card.OnPlaza)] };

    private CardPage ToPage(Tables tables, ArraySegment<CardKey> keys, int limit)
    {
        var cards = new List<OpenCard>(Math.Min(keys.Count, limit));
        foreach (var key in keys[..Math.Min(keys.Count, limit)])
        {
            if (Load(tables, key.Id) is { } card)
            {
                cards.Add(card);
            }
        }

        return new(cards, keys.Count > limit ? keys[limit - 1].Created : null);
    }

    private static CardHead Head(CardKey[] keys) =>
        keys.Length > CardHead.Length ? new(keys[..CardHead.Length], Complete: false) : new(keys, Complete: true);

    // The bounds of BETWEEN are inclusive.
    private static CardKey[] LoadHome(Tables tables, string uid, long before, int count) => Keys(
        tables.Range(Card.Table, "home", Card.HomeKey(uid, 0), Card.HomeKey(uid, Below(before)), count, descending: true));

    private static CardKey[] LoadPlaza(Tables tables, long before, int count) => Keys(
        tables.Range(PlazaTable, "created", 0L, Below(before), count, descending: true));

    private static CardKey[] Keys(List<BsonDocument> documents) =>
        [.. documents.Select(document => new CardKey(document["created"].AsInt64, document["_id"].AsString))];

    // 14 digits, as home keys have.
    private static long Below(long before) => Math.Min(before, 99_999_999_999_999) - 1;
}

using System.Text.Json;
using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>The lists of cards: the caller's own, the kept ones, the plaza.</summary>
internal static class CardLists
{
    private const int DefaultLimit = 20;
    private const int LargestPage = 100;

    private static readonly byte[] Comma = ","u8.ToArray();
    private static readonly HashSet<string> NothingSaved = [];

    public static async Task HomeAsync(Call call)
    {
        var uid = call.User.Uid;
        var limit = QueryFields.Limit(call);
        var before = Cursor.Read(call, long.MaxValue);
        var saved = await call.App.Store.Saves.IdsAsync(uid);
        var page = await call.App.Store.Reads.HomeAsync(uid, before, limit ?? LargestPage);
        if (limit is not null || page.Next is null)
        {
            await Replies.RawListAsync(call, Pieces(call, page, saved), Cursor.Write(page.Next));
            return;
        }

        await Replies.StreamListAsync(call, AllAsync(call, page, saved));
    }

    public static async Task SavedAsync(Call call)
    {
        var page = await call.App.Store.Saves.ListAsync(call.User.Uid, Cursor.Read(call, long.MaxValue), QueryFields.Limit(call) ?? DefaultLimit);
        var pieces = new List<ReadOnlyMemory<byte>>(3 * page.Cards.Count);
        foreach (var saved in page.Cards)
        {
            Separate(pieces);
            if (saved.Card is { } card && Cards.IsFor(call.Caller, card))
            {
                pieces.Add(CardJson.Body(call, card));
                pieces.Add(CardJson.Tail(call.Caller, card, saved: true));
            }
            else
            {
                pieces.Add(JsonSerializer.SerializeToUtf8Bytes(new GoneData(saved.Id, Gone: true), Json.Default.GoneData));
            }
        }

        await Replies.RawListAsync(call, pieces, Cursor.Write(page.Next));
    }

    public static async Task PlazaAsync(Call call)
    {
        var page = await call.App.Store.Reads.PlazaAsync(Cursor.Read(call, long.MaxValue), QueryFields.Limit(call) ?? DefaultLimit);
        var saved = call.Caller is { Uid.Length: > 0 } caller ? await call.App.Store.Saves.IdsAsync(caller.Uid) : NothingSaved;
        await Replies.RawListAsync(call, Pieces(call, page, saved), Cursor.Write(page.Next));
    }

    public static async Task SaveAsync(Call call)
    {
        var outcome = await call.App.Store.Saves.AddAsync(call.User.Uid, Cards.IdOf(call.Id));
        await (outcome switch
        {
            SaveOutcome.Done => Replies.OkAsync(call, new Text("已收藏", "The card is kept")),
            SaveOutcome.Banned => throw Failure.Banned(),
            SaveOutcome.TooMany => throw Failure.TooManySaved(Saves.Most),
            _ => throw Failure.NotFound(),
        });
    }

    public static async Task UnsaveAsync(Call call)
    {
        await call.App.Store.Saves.RemoveAsync(call.User.Uid, Cards.IdOf(call.Id));
        await Replies.OkAsync(call, new Text("已取消收藏", "The card is no longer kept"));
    }

    /// <summary>Page after page, so that a user with very many cards costs no more memory than one page.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> AllAsync(Call call, CardPage first, HashSet<string> saved)
    {
        for (CardPage? page = first; page is not null;
             page = page.Next is { } before ? await call.App.Store.Reads.HomeAsync(call.User.Uid, before, LargestPage) : null)
        {
            if (page != first && page.Cards.Count > 0)
            {
                yield return Comma;
            }

            foreach (var piece in Pieces(call, page, saved))
            {
                yield return piece;
            }
        }
    }

    private static List<ReadOnlyMemory<byte>> Pieces(Call call, CardPage page, HashSet<string> saved)
    {
        var caller = call.Caller;
        var pieces = new List<ReadOnlyMemory<byte>>(3 * page.Cards.Count);
        byte[]? own = null, ownSaved = null;
        foreach (var card in page.Cards)
        {
            Separate(pieces);
            var isSaved = saved.Contains(card.Id);
            var plain = !card.Hidden && caller is not null && caller.Uid == card.Uid;
            pieces.Add(CardJson.Body(call, card));
            pieces.Add(!plain ? CardJson.Tail(caller, card, isSaved)
                : isSaved ? ownSaved ??= CardJson.Tail(caller, card, true) : own ??= CardJson.Tail(caller, card, false));
        }

        return pieces;
    }

    private static void Separate(List<ReadOnlyMemory<byte>> pieces)
    {
        if (pieces.Count > 0)
        {
            pieces.Add(Comma);
        }
    }
}

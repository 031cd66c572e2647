using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>What reviewers see and decide, on a phone and through the command line.</summary>
internal static class Reviews
{
    private const int DefaultLimit = 20;
    private const int ReasonMaxLength = 500;

    /// <summary>For admins on a phone: the queue without anybody's openid.</summary>
    public static Task QueueAsync(Call call) => SendAsync(call, FilterOf(call, null), openIds: false);

    /// <summary>For the command line, which may ask for one author's cards, too.</summary>
    public static Task ListAsync(Call call) => SendAsync(call, FilterOf(call, QueryFields.Value(call, "user")), openIds: true);

    public static async Task ShowAsync(Call call)
    {
        var card = await call.App.Store.ReviewReads.FindAsync(Cards.IdOf(call.Id)) ?? throw Failure.NotFound();
        await Replies.RawAsync(call, ReviewJson.Of(card, LinkFor(call.App, openIds: true), openIds: true));
    }

    public static async Task ApproveAsync(Call call)
    {
        var fields = await JsonFields.ReadAsync(call, optional: true);
        await DecideAsync(call, CardStatus.Approved, "", fields, new("已通过", "The card was approved"));
    }

    public static async Task RejectAsync(Call call)
    {
        var fields = await JsonFields.ReadAsync(call);
        await DecideAsync(call, CardStatus.Rejected, fields.RequiredText("reason", ReasonMaxLength), fields, new("已驳回", "The card was rejected"));
    }

    /// <summary>Deletes somebody's card with its media.</summary>
    public static async Task RemoveAsync(Call call)
    {
        var id = Cards.IdOf(call.Id);
        var reason = (await JsonFields.ReadAsync(call, optional: true)).Text("reason", ReasonMaxLength) ?? "";
        var card = await call.App.Store.Reads.OpenAsync(id) ?? throw Failure.NotFound();
        Cards.Check(call.App.Settings, await call.App.Store.Cards.DeleteAsync(card.Uid, id, call.User.Actor, reason));
        call.App.Files.Drop(call.App.Store.Files.CardDirectory(card.Uid, id) + "/");
        await Replies.OkAsync(call, new Text("明信片已删除", "The card was removed"));
    }

    private static async Task DecideAsync(Call call, string status, string reason, JsonFields fields, Text msg)
    {
        var id = Cards.IdOf(call.Id);
        switch (await call.App.Store.Reviews.DecideAsync(id, status, reason, call.User.Actor, UpdatedIn(fields), StatusIn(fields)))
        {
            case ReviewOutcome.NotFound:
                throw Failure.NotFound();
            case ReviewOutcome.Changed:
                throw Failure.Changed();
        }

        var card = await call.App.Store.Reads.OpenAsync(id) ?? throw Failure.NotFound();
        await Replies.OkAsync(call, new(id, card.Status), Json.Default.DecidedData, msg);
    }

    /// <summary><c>updated</c> of the card that the reviewer looked at; null when it was not sent.</summary>
    private static long? UpdatedIn(JsonFields fields) => fields.Text("updated", 40) is not { Length: > 0 } text
        ? null
        : Times.Parse(text) ?? throw Failure.InvalidField("updated", "须为明信片的 updated", "must be the card's own");

    /// <summary>Its <c>status</c>, likewise.</summary>
    private static string? StatusIn(JsonFields fields) => fields.Text("status", 40) switch
    {
        null or "" => null,
        var status and (CardStatus.None or CardStatus.Pending or CardStatus.Approved or CardStatus.Rejected) => status,
        _ => throw Failure.InvalidField("status", "须为明信片的 status", "must be the card's own"),
    };

    private static async Task SendAsync(Call call, ReviewFilter filter, bool openIds)
    {
        var page = await call.App.Store.ReviewReads.ListAsync(filter, CursorOf(call), QueryFields.Limit(call) ?? DefaultLimit);
        var link = LinkFor(call.App, openIds);
        var pieces = new List<ReadOnlyMemory<byte>>(2 * page.Cards.Count);
        foreach (var card in page.Cards)
        {
            if (pieces.Count > 0)
            {
                pieces.Add(","u8.ToArray());
            }

            pieces.Add(ReviewJson.Of(card, link, openIds));
        }

        await Replies.RawListAsync(call, pieces, Cursor.Write(page.Next));
    }

    /// <summary>Null for the first page, in whatever order.</summary>
    private static long? CursorOf(Call call) => Cursor.Read(call, -1) is >= 0 and var position ? position : null;

    /// <summary>The pending ones, unless something else is asked for.</summary>
    private static ReviewFilter FilterOf(Call call, string? uid)
    {
        var (reported, uncheckedOnly) = (QueryFields.Flag(call, "reported"), QueryFields.Flag(call, "unchecked"));
        var status = QueryFields.Value(call, "status") switch
        {
            null => reported || uncheckedOnly || uid is not null ? null : CardStatus.Pending,
            var asked and (CardStatus.Pending or CardStatus.Approved or CardStatus.Rejected) => asked,
            _ => throw Failure.InvalidField("status", "须为 pending、approved 或 rejected", "must be pending, approved or rejected"),
        };
        var oldestFirst = QueryFields.Value(call, "order") switch
        {
            null or "newest" => false,
            "oldest" when !reported => true,
            _ => throw Failure.InvalidField("order", "须为 newest 或 oldest，reported 除外", "must be newest or oldest, and not with reported"),
        };
        return new(status, reported, uncheckedOnly, oldestFirst, uid);
    }

    /// <summary>A phone puts its own origin before a path; an operator gets a whole URL where the public one is known.</summary>
    private static Func<string, string> LinkFor(App app, bool openIds)
    {
        var origin = openIds ? app.Settings.PublicUrl?.TrimEnd('/') : null;
        return path => origin + app.Signed.Sign(path);
    }
}

using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

internal static class Cards
{
    private const int KeyMaxLength = 64;

    // Card or template changed between the look at it and the commit, again and again: more than this is no coincidence.
    private const int Attempts = 5;

    public static Task OpenAsync(Call call) => ShowAsync(call, IdOf(call.Id));

    public static async Task CreateAsync(Call call)
    {
        var fields = await JsonFields.ReadAsync(call);
        var form = CardForm.Read(fields);
        var key = KeyOf(call) is { } text ? new IdempotencyKey(text, Convert.ToHexString(fields.BodyHash())) : null;

        // Before WeChat is asked: about a card that is there already, its answer would come late and change nothing.
        var earlier = key is null ? null : await call.App.Store.Idempotency.FindAsync(call.User.Uid, key);
        var result = earlier ?? await MakeAsync(call, form, key);
        await ReplyAsync(call, result, new("明信片已保存", "The card was made"));
    }

    public static async Task EditAsync(Call call)
    {
        var fields = await JsonFields.ReadAsync(call);
        var id = IdOf(call.Id.Length > 0 ? call.Id : fields.RequiredText("id", 64));
        var form = CardForm.Read(fields);
        var check = await ContentCheck.OfTextsAsync(call, form, id);
        var result = await AgainAsync(
            () => call.App.Store.Cards.EditAsync(call.User.Uid, id, (card, image, audio) => form.Edit(call.App, card, image, audio, check)));
        await ReplyAsync(call, result, new("修改已保存", "The card was changed"));
    }

    public static async Task DeleteAsync(Call call)
    {
        var id = IdOf(call.Id);
        Check(call.App.Settings, await call.App.Store.Cards.DeleteAsync(call.User.Uid, id));
        call.App.Files.Drop(call.App.Store.Files.CardDirectory(call.User.Uid, id) + "/");
        await Replies.OkAsync(call, new Text("明信片已删除", "The card was deleted"));
    }

    public static async Task ReportAsync(Call call)
    {
        var id = IdOf(call.Id);
        var reason = (await JsonFields.ReadAsync(call, optional: true)).Text("reason", 500) ?? "";
        switch (await call.App.Store.Reports.AddAsync(call.User.Uid, id, reason, call.App.Settings.ReportThreshold))
        {
            case ReportOutcome.NotFound:
                throw Failure.NotFound();
            case ReportOutcome.Banned:
                throw Failure.Banned();
        }

        await Replies.OkAsync(call, new Text("举报已提交", "The report was sent"));
    }

    /// <summary>A card's id as it may be looked up.</summary>
    /// <exception cref="Failure">400.</exception>
    internal static string IdOf(string id) =>
        Ids.IsCard(id) ? id : throw Failure.BadRequest("明信片编号不正确", "This is not the id of a card");

    /// <summary>Whether the card is there for this caller; null is a stranger.</summary>
    internal static bool IsFor(Caller? caller, OpenCard card) =>
        !card.Hidden || (caller is not null && (caller.Admin || caller.Uid == card.Uid));

    internal static void Check(Settings settings, CardOutcome outcome)
    {
        switch (outcome)
        {
            case CardOutcome.NotFound:
                throw Failure.NotFound();
            case CardOutcome.NotOwner:
                throw Failure.Forbidden();
            case CardOutcome.Conflict:
                throw Failure.Conflict();
            case CardOutcome.UserGone:
                throw Failure.Unauthorized();
            case CardOutcome.Banned:
                throw Failure.Banned();
            case CardOutcome.TemplateChanged or CardOutcome.Reviewed:
                throw Failure.Busy();
            case CardOutcome.TooMany:
                throw Failure.TooManyCards(settings.QuotaCards);
            case CardOutcome.NoRoom:
                throw Failure.QuotaFull(settings.QuotaMegabytes);
        }
    }

    private static async Task<CardResult> MakeAsync(Call call, CardForm form, IdempotencyKey? key)
    {
        var uid = call.User.Uid;
        var takesUploads = form.TakeImage is true || form.TakeAudio is true;
        var check = await ContentCheck.OfTextsAsync(call, form);
        return await AgainAsync(
            () => call.App.Store.Cards.CreateAsync(uid, takesUploads, key, (image, audio) => form.Create(call.App, uid, image, audio, check)));
    }

    private static async Task<CardResult> AgainAsync(Func<Task<CardResult>> change)
    {
        var result = await change();
        for (var attempt = 1; result.Outcome is CardOutcome.TemplateChanged or CardOutcome.Reviewed && attempt < Attempts; attempt++)
        {
            result = await change();
        }

        return result;
    }

    private static async Task ShowAsync(Call call, string id, Text? msg = null)
    {
        var card = await call.App.Store.Reads.OpenAsync(id);
        if (card is null || !IsFor(call.Caller, card))
        {
            throw Failure.NotFound();
        }

        var saved = call.Caller is { Uid.Length: > 0 } caller && (await call.App.Store.Saves.IdsAsync(caller.Uid)).Contains(card.Id);
        await Replies.RawAsync(call, CardJson.Body(call, card), CardJson.Tail(call.Caller, card, saved), msg: msg);
    }

    private static async Task ReplyAsync(Call call, CardResult result, Text msg)
    {
        Check(call.App.Settings, result.Outcome);
        await ShowAsync(call, result.Card!.Id, msg);
    }

    /// <summary>The header <c>Idempotency-Key</c>, or null.</summary>
    /// <exception cref="Failure">400.</exception>
    public static string? KeyOf(Call call)
    {
        var header = call.Http.Request.Headers["Idempotency-Key"];
        if (header.Count == 0)
        {
            return null;
        }

        var key = header.ToString();
        return key.Length is > 0 and <= KeyMaxLength && !key.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? key
            : throw Failure.BadRequest("Idempotency-Key 须为 1 到 64 个可打印字符", "Idempotency-Key must be 1 to 64 printable characters");
    }
}

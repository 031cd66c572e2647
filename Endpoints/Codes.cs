using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>A card's mini-program code: who scans it opens the card.</summary>
internal static class Codes
{
    private const int DefaultWidth = 430, MinWidth = 280, MaxWidth = 1280;

    public static async Task GetAsync(Call call)
    {
        var (app, id) = (call.App, Cards.IdOf(call.Id));
        var width = QueryFields.Integer(call, "width", MinWidth, MaxWidth) ?? DefaultWidth;
        var card = await app.Store.Reads.OpenAsync(id);
        if (card is null || !Cards.IsFor(call.Caller, card))
        {
            throw Failure.NotFound();
        }

        var code = app.Store.Codes.Find(card.Uid, id, width, app.Settings.WeChat.CardPage)
            ?? await app.CodeFetches.OnceAsync($"{id} {width}", () => FetchAsync(app, card, width), call.Aborted)
            ?? throw Failure.NotFound();
        var file = new MediaFile(code.Path, code.Format == "png" ? "image/png" : "image/jpeg", $"{code.Bytes:x}-{code.Modified.Ticks:x}", code.Modified, code.Bytes);
        await FileReplies.SendAsync(call, file, currentVersion: false, CardMedia.KeepingOf(card));
    }

    /// <summary>Null when the card is gone.</summary>
    private static async Task<CodeFile?> FetchAsync(App app, OpenCard card, int width)
    {
        var page = app.Settings.WeChat.CardPage;
        if (app.Store.Codes.Find(card.Uid, card.Id, width, page) is { } known)
        {
            // It came between the look at the disk and this turn.
            return known;
        }

        app.Uploading.CheckSpace();
        var picture = await app.WeChat.Codes.FetchAsync(card.Id, page, width, CancellationToken.None);
        var code = await app.Store.Codes.KeepAsync(card.Uid, card.Id, width, page, picture);

        // Older codes of the card may have gone, and come again with another content.
        app.Files.Drop(Path.Combine(app.Store.Files.CardDirectory(card.Uid, card.Id), MediaFiles.Code));
        return code;
    }
}

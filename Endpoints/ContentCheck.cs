using Postcard.Endpoints.Http;
using Postcard.Storage;
using Postcard.WeChat;

namespace Postcard.Endpoints;

/// <summary>
/// WeChat's part in a card on its way into the store. Texts are checked within the request; own pictures and voices go into the queue
/// together with the card, and so do texts that WeChat did not answer about. Nobody is asked unless the moderation is <c>wechat</c>.
/// </summary>
internal sealed class ContentCheck
{
    private readonly Settings _settings;
    private readonly bool _asks;
    private readonly string _name, _texts;
    private readonly Verdict _verdict;

    private ContentCheck(Settings settings, bool asks, string name = "", string texts = "", Verdict verdict = Verdict.Unsure)
    {
        (_settings, _asks, _name, _texts, _verdict) = (settings, asks, name, texts, verdict);
    }

    /// <summary>Checks the texts of a card as they are to be, and the author's name, which will stand on it.</summary>
    /// <param name="id">The card that <paramref name="form"/> changes; null for a new one.</param>
    /// <exception cref="Failure">422 rejected_content: nothing shall be changed.</exception>
    public static async Task<ContentCheck> OfTextsAsync(Call call, CardForm form, string? id = null)
    {
        var (app, user) = (call.App, call.User);
        var before = Asks(call) && id is not null ? await app.Store.Reads.FindAsync(id) : null;
        if (!Asks(call) || (id is not null && before?.Uid != user.Uid))
        {
            return new(app.Settings, Asks(call));
        }

        var name = (await app.Store.Users.FindAsync(user.Uid))?.Name ?? "";
        var texts = form.TextsOver(before, name);
        var known = before?.Status == CardStatus.Approved && before.TextsWith(name) == texts;
        return new(app.Settings, true, name, texts, known ? Verdict.Pass : await AskAsync(call, TextScene.Social, texts));
    }

    /// <summary>Checks what a user wants to be called; null when WeChat is not asked.</summary>
    /// <exception cref="Failure">422 rejected_content: nothing shall be changed.</exception>
    public static async Task<Verdict?> OfNameAsync(Call call, string name) => Asks(call) ? await AskAsync(call, TextScene.Profile, name) : null;

    /// <summary>The author's name that was looked at; null when WeChat is not asked.</summary>
    public string? Name => _asks ? _name : null;

    /// <summary>The card with its standing for the plaza, and what is left to check.</summary>
    /// <param name="before">The card that is changed, as it now is; null for a new one.</param>
    /// <param name="after">As the author wants it.</param>
    public (Card Card, NewCheck? Left) Judge(Card? before, Card after)
    {
        var (verdict, left) = _asks ? Look(before, after) : (Verdict.Unsure, null);
        var card = Standing.Of(_settings.Review, verdict, before, after);

        // With nothing left to ask about, it still is the queue that approves a card that waited before.
        var approvable = left is { Human: false } && card is { Status: CardStatus.Pending, Held: false };

        // And it is the queue that notes what nobody else would look at.
        var doubtful = left is { Human: true } && card.Status == CardStatus.None;
        return (card, approvable || doubtful || left?.Parts > CheckParts.None ? left : null);
    }

    private (Verdict Verdict, NewCheck? Left) Look(Card? before, Card after)
    {
        if (before?.Status is CardStatus.Approved or CardStatus.Rejected && !after.SaysOtherThan(before))
        {
            return (Verdict.Unsure, null);
        }

        // The card may have changed between the look at its texts and now.
        var texts = after.TextsWith(_name) == _texts ? _verdict : Verdict.Unsure;
        var seen = before?.Status == CardStatus.Approved ? before.Blobs : BlobSet.None;
        var picture = after.OwnBlobs.Image is { } image && image.Hash != seen.Image?.Hash;
        var sound = after.OwnBlobs.Audio is { } audio && audio.Hash != seen.Audio?.Hash;

        // WeChat takes MP3 and no AAC in any wrapping, up to a size, and sounds only by a link.
        var soundAsks = sound && after.Blobs.Audio is { Format: "mp3", Bytes: <= ContentSecurity.MaxMediumBytes } && _settings.ChecksMediaByLink;
        var left = new NewCheck(
            (texts is Verdict.Unsure ? CheckParts.Text : 0) | (picture ? CheckParts.Picture : 0) | (soundAsks ? CheckParts.Sound : 0),
            Human: texts is Verdict.Review || (sound && !soundAsks));
        return (left is { Parts: CheckParts.None, Human: false } ? Verdict.Pass : Verdict.Unsure, left);
    }

    /// <summary>WeChat knows no users of <c>--dev</c>, and no server without an appid.</summary>
    private static bool Asks(Call call) => call.App.Settings is { Review: "wechat", WeChat.AppId: not "" }
        && !call.User.OpenId.StartsWith(Settings.DevPrefix, StringComparison.Ordinal);

    private static async Task<Verdict> AskAsync(Call call, TextScene scene, string text)
    {
        var verdict = await call.App.WeChat.Content.TextAsync(call.User.OpenId, scene, text, call.Aborted);
        return verdict is Verdict.Risky ? throw Failure.RejectedContent() : verdict;
    }
}

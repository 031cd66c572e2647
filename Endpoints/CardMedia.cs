using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>The bytes of a card's picture and sound. They need no token: <c>&lt;image src&gt;</c> and audio players cannot send headers.</summary>
internal static class CardMedia
{
    public static async Task ImageAsync(Call call)
    {
        var card = await FindAsync(call);
        await SendAsync(call, card, QueryFields.Size(call) is PictureSize.Small ? card.Blobs.Mini : card.Blobs.Image, card.Template);
    }

    public static async Task MiniImageAsync(Call call)
    {
        var card = await FindAsync(call);
        await SendAsync(call, card, card.Blobs.Mini, card.Template);
    }

    public static async Task AudioAsync(Call call)
    {
        var card = await FindAsync(call);
        await SendAsync(call, card, card.Blobs.Audio, card.AudioTemplate);
    }

    /// <summary>Sends a blob out of the directory that it lies in.</summary>
    internal static Task SendAsync(Call call, string directory, Blob blob, Keeping keeping = Keeping.Public)
    {
        var contentType = blob.Format switch { "jpg" => "image/jpeg", "mp3" => "audio/mpeg", "m4a" => "audio/mp4", _ => "audio/aac" };
        var file = new MediaFile(
            Path.Join(directory, blob.Name), contentType, blob.Hash, DateTimeOffset.FromUnixTimeMilliseconds(blob.Modified), blob.Bytes);
        return FileReplies.SendAsync(call, file, QueryFields.Is(call, "v", blob.Version), keeping);
    }

    /// <summary>A hidden card's media are for its owner and admins, and for who has a signed link.</summary>
    private static async ValueTask<OpenCard> FindAsync(Call call)
    {
        var card = await call.App.Store.Reads.OpenAsync(Cards.IdOf(call.Id)) ?? throw Failure.NotFound();
        return !card.Hidden || call.App.Signed.Holds(call) || Cards.IsFor(call.Caller, card)
            ? card
            : throw Failure.NotFound();
    }

    internal static Keeping KeepingOf(OpenCard card) => card switch
    {
        { Hidden: true } => Keeping.None,
        { Status: CardStatus.Approved } => Keeping.Public,
        _ => Keeping.Private,
    };

    private static Task SendAsync(Call call, OpenCard card, Blob? blob, int? template)
    {
        if (blob is null)
        {
            throw Failure.NotFound();
        }

        var files = call.App.Store.Files;
        return SendAsync(call, template is { } id ? files.TemplateDirectory(id) : files.CardDirectory(card.Uid, card.Id), blob, KeepingOf(card));
    }
}

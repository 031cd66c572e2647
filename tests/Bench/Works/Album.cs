using System.Text.Json.Nodes;

namespace Bench.Works;

/// <summary>Cards with pictures of their own.</summary>
/// <param name="Cards">Our card, and PocketBase's record with the same picture.</param>
/// <param name="Small">The bytes of our small picture.</param>
/// <param name="Large">The bytes of our large picture.</param>
/// <param name="Thumb">The box for which PocketBase's thumbnail weighs about as much as <paramref name="Small"/>.</param>
internal sealed record Album(IReadOnlyList<(JsonNode Card, (string Id, string File)? Record)> Cards, byte[] Small, byte[] Large, int Thumb)
{
    private const int Size = 48;

    public static async Task<Album> MakeAsync(Stage stage)
    {
        var picture = Photographs.Compressed();
        var token = await stage.Postcard.LogInAsync("album", stage.Cancel);
        var cards = new List<(JsonNode, (string, string)?)>();
        for (var number = 1; number <= Size; number++)
        {
            await stage.Postcard.UploadAsync(token, "image", picture, stage.Cancel);
            var card = await stage.Postcard.CreateAsync(token, Card.Number(number), img: true, audio: false, stage.Cancel);
            cards.Add((card, stage.PocketBase is { } peer ? await peer.CreateAsync(Card.Number(number), picture, stage.Cancel) : null));
        }

        var small = await stage.Postcard.Http.GetByteArrayAsync(PathOf(cards[0].Item1, "mini_image"), stage.Cancel);
        var large = await stage.Postcard.Http.GetByteArrayAsync(PathOf(cards[0].Item1, "image"), stage.Cancel);
        return new(cards, small, large, await ThumbAsync(stage, cards, small.Length));
    }

    public static string PathOf(JsonNode card, string picture) =>
        card[picture]?.GetValue<string>() ?? throw new InvalidDataException($"A card without {picture}: {card.ToJsonString()}");

    /// <summary>Makes all thumbnails, so that later ones come from PocketBase's cache, and finds the fitting box.</summary>
    private static async Task<int> ThumbAsync(Stage stage, List<(JsonNode, (string Id, string File)? Record)> cards, int bytes)
    {
        var (best, distance) = (0, int.MaxValue);
        foreach (var box in stage.PocketBase is null ? [] : PocketBase.Thumbs.Where(box => box <= 400))
        {
            var (id, file) = cards[0].Record!.Value;
            var thumb = await stage.PocketBase!.Http.GetByteArrayAsync(PocketBase.FilePath(id, file, box), stage.Cancel);
            if (Math.Abs(thumb.Length - bytes) < distance)
            {
                (best, distance) = (box, Math.Abs(thumb.Length - bytes));
            }
        }

        foreach (var (_, record) in cards.Where(card => card.Record is not null))
        {
            await stage.PocketBase!.Http.GetByteArrayAsync(PocketBase.FilePath(record!.Value.Id, record.Value.File, best), stage.Cancel);
        }

        return best;
    }
}

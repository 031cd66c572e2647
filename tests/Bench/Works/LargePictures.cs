namespace Bench.Works;

/// <summary>The large pictures of opened cards.</summary>
internal sealed class LargePictures() : Work("large")
{
    public override async Task<List<Row>> RunAsync(Stage stage)
    {
        var album = await stage.OnceAsync(Album.MakeAsync);
        return await stage.Contest.RunAsync($"large picture bytes, {album.Large.Length / 1000} kB",
            Ours(stage, album, "image", album.Large),
            Files(stage, album, "large", album.Large, 0.6));
    }

    public static Contestant Ours(Stage stage, Album album, string picture, byte[] bytes) => stage.Sender("Postcard", stage.Postcard, 0,
        [.. album.Cards.Select(card => stage.Postcard.Get(Album.PathOf(card.Card, picture)))], body => body.Span.SequenceEqual(bytes));

    /// <summary>nginx with as many files of the same bytes.</summary>
    public static Contestant Files(Stage stage, Album album, string folder, byte[] bytes, double target)
    {
        for (var number = 0; number < album.Cards.Count && stage.Nginx is not null; number++)
        {
            stage.Nginx.Serve($"{folder}/{number}.jpg", bytes);
        }

        byte[][] requests = stage.Nginx is { } nginx ? [.. album.Cards.Select((_, number) => nginx.Get($"/{folder}/{number}.jpg"))] : [];
        return stage.Sender("nginx", stage.Nginx, target, requests, body => body.Span.SequenceEqual(bytes));
    }
}

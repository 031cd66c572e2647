namespace Bench.Works;

/// <summary>The small pictures of a list.</summary>
internal sealed class Thumbnails() : Work("thumbnail")
{
    public override async Task<List<Row>> RunAsync(Stage stage)
    {
        var album = await stage.OnceAsync(Album.MakeAsync);
        return await stage.Contest.RunAsync($"thumbnail bytes, {album.Small.Length / 1000} kB",
            LargePictures.Ours(stage, album, "mini_image", album.Small),
            LargePictures.Files(stage, album, "small", album.Small, 0.8),
            Cached(stage, album));
    }

    private static Contestant Cached(Stage stage, Album album)
    {
        byte[][] requests = stage.PocketBase is { } server
            ? [.. album.Cards.Select(card => server.Get(PocketBase.FilePath(card.Record!.Value.Id, card.Record.Value.File, album.Thumb)))]
            : [];
        return stage.Sender("PocketBase", stage.PocketBase, 12, requests, body => body.Span.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]));
    }
}

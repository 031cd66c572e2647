namespace Bench.Works;

/// <summary>Two users send photos of 12 megapixels, make cards of them and look at both sizes.</summary>
internal sealed class Photos() : Work("photo")
{
    private const int Clients = 2;

    public override async Task<List<Row>> RunAsync(Stage stage)
    {
        var photo = Photographs.Phone();
        string[] tokens = [await stage.Postcard.LogInAsync("photo1", stage.Cancel), await stage.Postcard.LogInAsync("photo2", stage.Cancel)];
        return await stage.Contest.RunAsync($"12-megapixel photo of {photo.Length / 1e6:0.0} MB made into a card",
            new("Postcard", stage.Postcard, 0, time => Chores.RunAsync(Clients, time, client => OursAsync(stage, tokens[client], photo), stage.Cancel)),
            new Contestant("PocketBase", stage.PocketBase, 5, stage.PocketBase is { } peer
                ? time => Chores.RunAsync(Clients, time, _ => TheirsAsync(stage, peer, photo), stage.Cancel)
                : null));
    }

    private static async Task OursAsync(Stage stage, string token, byte[] photo)
    {
        await stage.Postcard.UploadAsync(token, "image", photo, stage.Cancel);
        var card = await stage.Postcard.CreateAsync(token, Card.Number(1), img: true, audio: false, stage.Cancel);
        await CheckAsync(stage, stage.Postcard, Album.PathOf(card, "image"));
        await CheckAsync(stage, stage.Postcard, Album.PathOf(card, "mini_image"));
    }

    private static async Task TheirsAsync(Stage stage, PocketBase server, byte[] photo)
    {
        var (id, file) = await server.CreateAsync(Card.Number(1), photo, stage.Cancel);
        await CheckAsync(stage, server, PocketBase.FilePath(id, file, 1600));
        await CheckAsync(stage, server, PocketBase.FilePath(id, file, 400));
    }

    /// <summary>A JPEG, and not the photo as it was sent: PocketBase answers with the original when it makes no thumbnail.</summary>
    private static async Task CheckAsync(Stage stage, Server server, string path)
    {
        var bytes = await server.Http.GetByteArrayAsync(path, stage.Cancel);
        if (bytes.Length is < 5_000 or > 2_000_000 || bytes is not [0xFF, 0xD8, ..])
        {
            throw new InvalidDataException($"{server.Name}: {path} is no reduced picture.");
        }
    }
}

namespace Bench.Works;

/// <summary>The first page of 20 of a user who has 1,000 cards.</summary>
internal sealed class Homes() : Work("home")
{
    private const int Cards = 1000;

    public override async Task<List<Row>> RunAsync(Stage stage)
    {
        var token = await stage.Postcard.LogInAsync("homes", stage.Cancel);
        await Store.FillAsync(stage.Postcard, [token], Cards, stage.Cancel);
        if (stage.PocketBase is { } peer)
        {
            await Store.FillAsync(peer, Cards, stage.Cancel);
        }

        return await stage.Contest.RunAsync("home, 20 cards of 1,000",
            stage.Sender("Postcard", stage.Postcard, 0, Requests(stage.Postcard, [token]), Store.IsPage),
            stage.Sender("PocketBase", stage.PocketBase, 8, stage.PocketBase is { } server ? [server.Get($"{PocketBase.Records}?perPage=20&sort=-created")] : null, Store.IsPage));
    }

    public static byte[][] Requests(PostcardServer server, IEnumerable<string> tokens) =>
        [.. tokens.Select(token => server.Get("/postcard/home?limit=20", token))];
}

namespace Bench.Works;

/// <summary>The first page of 20 of a user who has 1,000 cards.</summary>
internal sealed class Homes() : Work("home")
{
    public override async Task<List<Row>> RunAsync(Stage stage)
    {
        var (token, _, _) = await stage.OnceAsync(Thousand.MakeAsync);
        byte[][] theirs = stage.PocketBase is { } server ? [server.Get($"{PocketBase.Records}?perPage=20&sort=-created")] : [];
        return await stage.Contest.RunAsync("home, 20 cards of 1,000",
            stage.Sender("Postcard", stage.Postcard, 0, Requests(stage.Postcard, [token]), Store.IsPage),
            stage.Sender("PocketBase", stage.PocketBase, 8, theirs, Store.IsPage));
    }

    public static byte[][] Requests(PostcardServer server, IEnumerable<string> tokens) =>
        [.. tokens.Select(token => server.Get("/postcard/home?limit=20", token))];
}

namespace Bench.Works;

/// <summary>Strangers open cards, at random among 1,000.</summary>
internal sealed class Opens() : Work("open")
{
    private const int Cards = 1000;

    public override async Task<List<Row>> RunAsync(Stage stage)
    {
        var token = await stage.Postcard.LogInAsync("opens", stage.Cancel);
        var ids = await Store.FillAsync(stage.Postcard, [token], Cards, stage.Cancel);
        return await stage.Contest.RunAsync("open a card",
            stage.Sender("Postcard", stage.Postcard, 0, Requests(stage.Postcard, ids), Store.IsCard),
            stage.Sender("nginx", stage.Nginx, 0.7, await FilesAsync(stage, ids), Store.IsCard),
            stage.Sender("PocketBase", stage.PocketBase, 10, await RecordsAsync(stage), Store.IsCard));
    }

    public static byte[][] Requests(PostcardServer server, IEnumerable<string> ids) => [.. ids.Select(id => server.Get($"/postcard/card/{id}"))];

    /// <summary>The same bytes as files.</summary>
    private static async Task<byte[][]?> FilesAsync(Stage stage, IEnumerable<string> ids)
    {
        if (stage.Nginx is not { } nginx)
        {
            return null;
        }

        foreach (var id in ids)
        {
            nginx.Serve($"card/{id}.json", await stage.Postcard.Http.GetByteArrayAsync($"/postcard/card/{id}", stage.Cancel));
        }

        return [.. ids.Select(id => nginx.Get($"/card/{id}.json"))];
    }

    private static async Task<byte[][]?> RecordsAsync(Stage stage) => stage.PocketBase is { } server
        ? [.. (await Store.FillAsync(server, Cards, stage.Cancel)).Select(id => server.Get($"{PocketBase.Records}/{id}"))]
        : null;
}

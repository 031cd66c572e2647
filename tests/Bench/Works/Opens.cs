namespace Bench.Works;

/// <summary>Strangers open cards, at random among 1,000.</summary>
internal sealed class Opens() : Work("open")
{
    public override async Task<List<Row>> RunAsync(Stage stage)
    {
        var (_, cards, records) = await stage.OnceAsync(Thousand.MakeAsync);
        return await stage.Contest.RunAsync("open a card",
            stage.Sender("Postcard", stage.Postcard, 0, Requests(stage.Postcard, cards), Store.IsCard),
            stage.Sender("nginx", stage.Nginx, 0.7, await FilesAsync(stage, cards), Store.IsCard),
            stage.Sender("PocketBase", stage.PocketBase, 10, [.. records?.Select(id => stage.PocketBase!.Get($"{PocketBase.Records}/{id}")) ?? []], Store.IsCard));
    }

    public static byte[][] Requests(PostcardServer server, IEnumerable<string> ids) => [.. ids.Select(id => server.Get($"/postcard/card/{id}"))];

    /// <summary>The same bytes as files.</summary>
    private static async Task<byte[][]> FilesAsync(Stage stage, IReadOnlyCollection<string> ids)
    {
        if (stage.Nginx is not { } nginx)
        {
            return [];
        }

        foreach (var id in ids)
        {
            nginx.Serve($"card/{id}.json", await stage.Postcard.Http.GetByteArrayAsync($"/postcard/card/{id}", stage.Cancel));
        }

        return [.. ids.Select(id => nginx.Get($"/card/{id}.json"))];
    }
}

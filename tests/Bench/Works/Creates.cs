namespace Bench.Works;

/// <summary>32 users make text cards; ours are on disk before the answer, PocketBase's are not.</summary>
internal sealed class Creates() : Work("create")
{
    private const int Clients = 32;

    public override async Task<List<Row>> RunAsync(Stage stage)
    {
        var tokens = new List<string>();
        for (var client = 0; client < Clients; client++)
        {
            tokens.Add(await stage.Postcard.LogInAsync($"creates{client}", stage.Cancel));
        }

        byte[][] ours = [.. Store.Bodies(200).SelectMany(_ => tokens, (body, token) => stage.Postcard.Post("/postcard/card", token, body))];
        byte[][] theirs = stage.PocketBase is { } server ? [.. Store.Bodies(200).Select(body => server.Post(PocketBase.Records, null, body))] : [];
        return await stage.Contest.RunAsync($"create a card, {Clients} clients",
            stage.Sender("Postcard", stage.Postcard, 0, ours, Store.IsCard, Clients),
            stage.Sender("PocketBase", stage.PocketBase, 3, theirs, Store.IsCard, Clients));
    }
}

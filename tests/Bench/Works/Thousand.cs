namespace Bench.Works;

/// <summary>The 1,000 cards of one user, and as many records in PocketBase.</summary>
/// <param name="Token">The user's.</param>
/// <param name="Records">Null without PocketBase.</param>
internal sealed record Thousand(string Token, IReadOnlyCollection<string> Cards, IReadOnlyCollection<string>? Records)
{
    private const int Count = 1000;

    public static async Task<Thousand> MakeAsync(Stage stage)
    {
        var token = await stage.Postcard.LogInAsync("thousand", stage.Cancel);
        return new(token, await Store.FillAsync(stage.Postcard, [token], Count, stage.Cancel),
            stage.PocketBase is { } peer ? await Store.FillAsync(peer, Count, stage.Cancel) : null);
    }
}

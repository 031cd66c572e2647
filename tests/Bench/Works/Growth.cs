using System.Globalization;

namespace Bench.Works;

/// <summary>
/// The same opens and home pages from a store of 1,000 cards and from one of 100,000, at random among all, each of which was opened once
/// before.
/// </summary>
internal sealed class Growth() : Work("growth")
{
    private const int Few = 1000;
    private const double Bound = 1.3;

    public override async Task<List<Row>> RunAsync(Stage stage)
    {
        var small = await stage.StartPostcardAsync("small");
        var (fewCards, fewTokens) = await FillAsync(stage, small, users: 1, Few);
        var (manyCards, manyTokens) = await FillAsync(stage, stage.Postcard, users: Math.Max(1, stage.Options.Cards / Few), stage.Options.Cards);
        var opens = await CompareAsync(stage, "open", Store.IsCard, small, Opens.Requests(small, fewCards), Opens.Requests(stage.Postcard, manyCards));
        var homes = await CompareAsync(stage, "home", Store.IsPage, small, Homes.Requests(small, fewTokens), Homes.Requests(stage.Postcard, manyTokens));
        return [.. opens, .. homes];
    }

    private static async Task<(IReadOnlyCollection<string> Cards, List<string> Tokens)> FillAsync(Stage stage, PostcardServer server, int users, int cards)
    {
        var tokens = new List<string>();
        for (var user = 0; user < users; user++)
        {
            tokens.Add(await server.LogInAsync($"growth{user}", stage.Cancel));
        }

        return (await Store.FillAsync(server, tokens, cards, stage.Cancel), tokens);
    }

    private static async Task<List<Row>> CompareAsync(
        Stage stage, string what, Func<ReadOnlyMemory<byte>, bool> inspect, PostcardServer small, byte[][] few, byte[][] many)
    {
        var work = $"growth, {what}";
        await Load.CountAsync(new(small.Address, few, stage.Options.Connections) { InOrder = true }, few.Length, stage.Cancel);
        await Load.CountAsync(new(stage.Postcard.Address, many, stage.Options.Connections) { InOrder = true }, many.Length, stage.Cancel);
        var rows = await stage.Contest.RunAsync(work,
            stage.Sender($"{stage.Options.Cards:n0} cards", stage.Postcard, 0, many, inspect),
            stage.Sender($"{Few:n0} cards", small, 0, few, inspect));
        var cost = rows[1].Measure!.Rate / rows[0].Measure!.Rate;
        var right = rows.All(row => row.Measure!.Errors == 0);
        return [rows[0] with { Result = string.Create(CultureInfo.InvariantCulture, $"{cost:0.00}× the cost"), Target = $"≤ {Bound}×", Reached = cost <= Bound && right },
            rows[1] with { Result = "" }];
    }
}

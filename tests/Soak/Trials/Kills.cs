using System.Globalization;

namespace Soak.Trials;

/// <summary>SIGKILL at any moment, with cards being made, changed and deleted.</summary>
internal sealed class Kills() : Trial("kill")
{
    public override async Task<IReadOnlyList<Row>> RunAsync(Stage stage)
    {
        using var weChat = new WeChat();
        var (data, ledger, random) = (stage.Directory("kill"), new Ledger(), new Random(1));
        var (times, flaws, lost) = (0, 0, new HashSet<string>());
        foreach (var round in stage.Round())
        {
            await using var server = await Server.StartAsync(stage.Server, data, weChat);
            var work = Enumerable.Range(0, 4).Select(i => new Author(ledger, $"oKill{round}x{i}", (round * 4) + i).RunAsync(server.Client(), () => false)).ToList();
            await Task.Delay(random.Next(50, 1500));
            await server.KillAsync();
            times++;
            await Task.WhenAll(work);
            await using var again = await Server.StartAsync(stage.Server, data, weChat);
            lost.UnionWith(await ledger.CheckAsync(again.Client()));
        }

        flaws = await Commands.VerifyAsync(stage.Server, data);
        return
        [
            new("kill -9 while cards are made, changed and deleted", times, ledger.Records, lost.Count + flaws, string.Create(CultureInfo.InvariantCulture,
                $"{ledger.Acknowledged:N0} changes acknowledged; `verify` afterwards finds records, indexes, counters and files in agreement")),
        ];
    }
}

namespace Soak.Trials;

/// <summary>SIGKILL while a store of the release before is upgraded.</summary>
internal sealed class KilledUpgrades() : Trial("kill-upgrade")
{
    public override async Task<IReadOnlyList<Row>> RunAsync(Stage stage)
    {
        const string Tried = "kill -9 while the store of the release before is upgraded";
        if (stage.Previous is null)
        {
            return [new(Tried, 0, 0, 0, "not tried: --previous names no program")];
        }

        using var weChat = new WeChat();
        var (old, ledger, random, lost) = (stage.Directory("upgrade-old"), new Ledger(), new Random(3), 0);
        await using (var server = await Server.StartAsync(stage.Previous, old, weChat))
        {
            var until = DateTime.UtcNow.AddSeconds(4);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => new Author(ledger, $"oOld{i}", i).RunAsync(server.Client(), () => DateTime.UtcNow > until)));
            lost += (await ledger.CheckAsync(server.Client())).Count;
            await server.StopAsync();
        }

        var kills = 0;
        foreach (var round in stage.Round())
        {
            var data = Path.Combine(stage.Directory("upgrade"), $"{round}");
            await Commands.RunAsync("cp", "-a", old, data);
            for (var i = 0; i < 3; i++)
            {
                using var starting = Child.Start([stage.Server, "serve", "--port", "0", "--listen", "127.0.0.1", "--data", data, "--wechat-appid", "wx1", "--wechat-secret", "s1", "--wechat-api", weChat.Api]);
                await Task.Delay(random.Next(80, 450));
                await starting.KillAsync();
                kills++;
            }

            await using var server = await Server.StartAsync(stage.Server, data, weChat);
            lost += (await ledger.CheckAsync(server.Client())).Count + await Commands.VerifyAsync(stage.Server, data);
            await server.KillAsync();
            Directory.Delete(data, recursive: true);
        }

        return [new(Tried, kills, ledger.Records, lost, "three kills in a row, then a start: upgraded, complete, and `verify` finds it in agreement")];
    }
}

namespace Soak.Trials;

/// <summary>SIGKILL to the server, the command or both, in the middle of a backup or a collection of orphans.</summary>
internal sealed class KilledCommands() : Trial("kill-commands")
{
    public override async Task<IReadOnlyList<Row>> RunAsync(Stage stage)
    {
        using var weChat = new WeChat();
        var (data, backups) = (stage.Directory("kill-commands"), stage.Directory("kill-commands-backups"));
        var (ledger, random) = (new Ledger(), new Random(2));
        var (kills, whole, bad, lost) = (0, 0, 0, new HashSet<string>());
        foreach (var round in stage.Round())
        {
            var server = await Server.StartAsync(stage.Server, data, weChat);
            var stop = false;
            var work = Enumerable.Range(0, 3).Select(i => new Author(ledger, $"oBackup{round}x{i}", (round * 3) + i).RunAsync(server.Client(), () => stop)).ToList();
            await Task.Delay(300);
            var file = Path.Combine(backups, $"postcard-{round}.tar.gz");
            using var command = Child.Start(round % 2 == 0 ? [stage.Server, "backup", file, "--data", data] : [stage.Server, "gc", "--data", data]);
            await Task.Delay(random.Next(60, 2000));
            await (random.Next(3) == 0 ? command.KillAsync() : server.KillAsync());
            kills++;
            stop = true;
            await Task.WhenAll(work);
            await server.KillAsync();
            await command.KillAsync();
            await server.DisposeAsync();
            if (File.Exists(file))
            {
                whole++;
                bad += await RestoreAsync(stage, file, round);
                File.Delete(file);
            }

            await using var again = await Server.StartAsync(stage.Server, data, weChat);
            lost.UnionWith(await ledger.CheckAsync(again.Client()));
        }

        return
        [
            new("kill -9 of server or command during `backup` and `gc`", kills, ledger.Records, lost.Count + bad + await Commands.VerifyAsync(stage.Server, data),
                $"{whole} backups had got their name before the kill and could all be restored, the others left none"),
        ];
    }

    /// <returns>1 when what bears the name of a backup is none.</returns>
    private static async Task<int> RestoreAsync(Stage stage, string file, int round)
    {
        var target = Path.Combine(stage.Directory("kill-commands-restored"), $"{round}");
        var restored = await Commands.RunAsync(stage.Server, "restore", file, "--data", target);
        var bad = restored != 0 || await Commands.VerifyAsync(stage.Server, target) != 0 ? 1 : 0;
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        return bad;
    }
}

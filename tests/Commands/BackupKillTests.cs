using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

/// <summary>
/// Backup, restore, upgrade and gc as processes of their own, killed with SIGKILL at any moment. <c>POSTCARD_KILL_ROUNDS</c> sets how often.
/// </summary>
public sealed class BackupKillTests : IDisposable
{
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("POSTCARD_KILL_ROUNDS") ?? "2");

    private readonly Shell _shell = new();
    private readonly Random _random = new(20261122);

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Backup_Killed_LeavesWholeFilesOnlyAndAServerThatGoesOn()
    {
        await using var weChat = await FakeWeChat.StartAsync();
        using var server = await ServerProcess.StartAsync(_shell.Folder["data"], weChat.Api);
        var phone = await FillAsync(server, weChat);
        for (var round = 0; round < Rounds; round++)
        {
            using var backup = ServerProcess.Run("backup", _shell.Folder[$"b{round}.tar.gz"], "--data", _shell.Folder["data"]);
            await KillSoonAsync(backup, 250, 700);
            if (File.Exists(_shell.Folder[$"b{round}.tar.gz"]))
            {
                (await _shell.RunAsync("restore", $"b{round}.tar.gz", "--data", $"new{round}")).Done();
            }
        }

        // The server notices that nobody reads on, and is free for the next.
        Outcome last;
        do
        {
            last = await _shell.RunAsync("backup", "last.tar.gz", "--data", "data");
        }
        while (last.Error.Contains("under way already", StringComparison.Ordinal));

        last.Done();
        (await _shell.RunAsync("restore", "last.tar.gz", "--data", "last")).Done();
        Assert.Equal(Cards, (await phone.GetAsync("/postcard/home?limit=100")).Ok().GetArrayLength());
        Assert.Empty(Directory.GetFiles(_shell.Folder.Path, ".*"));
    }

    [Fact]
    public async Task Backup_OfAServerThatIsKilledMeanwhile_IsMadeByTheCommand()
    {
        await using var weChat = await FakeWeChat.StartAsync();
        using var server = await ServerProcess.StartAsync(_shell.Folder["data"], weChat.Api);
        await FillAsync(server, weChat);
        var backup = _shell.RunAsync("backup", "b.tar.gz", "--data", "data");
        await Task.Delay(_random.Next(60), TestContext.Current.CancellationToken);
        await server.KillAsync();
        (await backup).Done();
        (await _shell.RunAsync("restore", "b.tar.gz", "--data", "new")).Done();
        Assert.Contains("all agree", (await _shell.RunAsync("verify", "--data", "new")).Done().Out);
    }

    [Fact]
    public async Task Restore_Killed_LeavesTheDirectoryAsItWasOrWhole()
    {
        await using var weChat = await FakeWeChat.StartAsync();
        using (var server = await ServerProcess.StartAsync(_shell.Folder["data"], weChat.Api))
        {
            await FillAsync(server, weChat);
            (await _shell.RunAsync("backup", "b.tar.gz", "--data", "data")).Done();
        }

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (name, replace) in new[] { ("new", false), ("data", true) })
            {
                using var restore = ServerProcess.Run(["restore", _shell.Folder["b.tar.gz"], "--data", _shell.Folder[name], .. replace ? ["--replace"] : Array.Empty<string>()]);
                await KillSoonAsync(restore, 250, 900);
                if (replace || Directory.Exists(_shell.Folder[name]))
                {
                    Assert.Contains("all agree", (await _shell.RunAsync("verify", "--data", name)).Done().Out);
                }
            }

            if (Directory.Exists(_shell.Folder["new"]))
            {
                Directory.Delete(_shell.Folder["new"], recursive: true);
            }
        }

        (await _shell.RunAsync("restore", "b.tar.gz", "--data", "new")).Done();
        (await _shell.RunAsync("restore", "b.tar.gz", "--replace", "--data", "data")).Done();
        Assert.Empty(Directory.GetDirectories(_shell.Folder.Path, "*.restoring-*"));
        Assert.All(Directory.GetDirectories(_shell.Folder.Path, "data.replaced-*"), aside => Assert.True(File.Exists(Path.Combine(aside, "postcard.db"))));
    }

    [Fact]
    public async Task Upgrade_Killed_IsFinishedAtTheNextStart()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var data = Fixtures.Unpack(round % 2 == 0 ? "store-1.tar.gz" : "store-1-killed.tar.gz", _shell.Folder[$"{round}"]);
            for (var kill = 0; kill < 2; kill++)
            {
                using var verify = ServerProcess.Run("verify", "--data", data);
                await KillSoonAsync(verify, 150, 600);
            }

            Assert.Contains("all agree", (await _shell.RunAsync("verify", "--data", data)).Done().Out);
            Assert.True(File.Exists(Path.Combine(data, "postcard.db.schema-1")));
        }
    }

    [Fact]
    public async Task Gc_Killed_HasRemovedOnlyWhatNoRecordNames()
    {
        await using var weChat = await FakeWeChat.StartAsync();
        using (var server = await ServerProcess.StartAsync(_shell.Folder["data"], weChat.Api))
        {
            await FillAsync(server, weChat);
        }

        var cards = Directory.GetDirectories(_shell.Folder["data"], "cards", SearchOption.AllDirectories).SelectMany(Directory.GetDirectories).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var stray in cards.SelectMany(card => Enumerable.Range(0, 20).Select(i => Path.Combine(card, $"image-{i}.jpg"))))
            {
                File.WriteAllText(stray, "stray");
                File.SetLastWriteTimeUtc(stray, DateTime.UtcNow - TimeSpan.FromHours(2));
            }

            using var gc = ServerProcess.Run("gc", "--data", _shell.Folder["data"]);
            await KillSoonAsync(gc, 250, 700);
        }

        (await _shell.RunAsync("gc", "--data", "data")).Done();
        Assert.Contains("all agree", (await _shell.RunAsync("verify", "--data", "data")).Done().Out);
    }

    private const int Cards = 6;

    private static async Task<Phone> FillAsync(ServerProcess server, FakeWeChat weChat)
    {
        var reply = await new Phone(() => server.Address, null).PostAsync("/postcard/access", $$"""{"code":"{{weChat.Issue("code", "oAlice")}}"}""");
        var phone = new Phone(() => server.Address, reply.Ok().GetProperty("token").GetString());
        for (var i = 0; i < Cards; i++)
        {
            (await phone.UploadAsync("image", Samples.Picture(1000, 700, seed: i))).Ok();
            (await phone.PostAsync("/postcard/card", """{"title":"t","content":"c","img":true,"audio":false}""")).Ok();
        }

        return phone;
    }

    private async Task KillSoonAsync(ServerProcess process, int least, int most)
    {
        await Task.Delay(_random.Next(least, most), TestContext.Current.CancellationToken);
        await process.KillAsync();
    }
}

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

    /// <summary>Whether a kill came in time at least once.</summary>
    private bool _killedAtWork;

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Backup_Killed_LeavesWholeFilesOnlyAndAServerThatGoesOn()
    {
        await using var weChat = await FakeWeChat.StartAsync();
        using var server = await ServerProcess.StartAsync(_shell.Folder["data"], weChat.Api);
        var phone = await FillAsync(server, weChat);
        for (var round = 0; GoesOn(round); round++)
        {
            using var backup = ServerProcess.Run("backup", _shell.Folder[$"b{round}.tar.gz"], "--data", _shell.Folder["data"]);
            await KillAtWorkAsync(backup, Another(".*.postcard-part"));
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

        for (var round = 0; GoesOn(round); round++)
        {
            foreach (var (name, replace) in new[] { ("new", false), ("data", true) })
            {
                using var restore = ServerProcess.Run(["restore", _shell.Folder["b.tar.gz"], "--data", _shell.Folder[name], .. replace ? ["--replace"] : Array.Empty<string>()]);
                await KillAtWorkAsync(restore, Another(name + ".restoring-*"));
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
        for (var round = 0; GoesOn(round); round++)
        {
            var data = Fixtures.Unpack(round % 2 == 0 ? "store-1.tar.gz" : "store-1-killed.tar.gz", _shell.Folder[$"{round}"]);
            for (var kill = 0; kill < 2; kill++)
            {
                using var verify = ServerProcess.Run("verify", "--data", data);
                await KillAtWorkAsync(verify, () => File.Exists(Path.Combine(data, "postcard.db.schema-1")));
            }

            // It may be this one that upgrades, and says so.
            var verified = await _shell.RunAsync("verify", "--data", data);
            Assert.Equal(0, verified.Code);
            Assert.Contains("all agree", verified.Out);
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
        for (var round = 0; GoesOn(round); round++)
        {
            foreach (var stray in cards.SelectMany(card => Enumerable.Range(0, 20).Select(i => Path.Combine(card, $"image-{i}.jpg"))))
            {
                File.WriteAllText(stray, "stray");
                File.SetLastWriteTimeUtc(stray, DateTime.UtcNow - TimeSpan.FromHours(2));
            }

            using var gc = ServerProcess.Run("gc", "--data", _shell.Folder["data"]);
            await KillAtWorkAsync(gc, () => cards.Exists(card => Directory.GetFiles(card, "image-*.jpg").Length < 21));
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

    /// <summary>Until a kill came in time, since a busy machine may be too late for the first.</summary>
    private bool GoesOn(int round)
    {
        const int most = 20;
        Assert.True(_killedAtWork || round < most, "every process had ended before it was killed");
        return round < Rounds || !_killedAtWork;
    }

    /// <summary>Whether something of this name is there that was not before.</summary>
    private Func<bool> Another(string pattern)
    {
        var before = Directory.GetFileSystemEntries(_shell.Folder.Path, pattern);
        return () => Directory.GetFileSystemEntries(_shell.Folder.Path, pattern).Except(before).Any();
    }

    /// <summary>Kills a process a moment after it shows that it has begun its work, or once it has ended.</summary>
    private async Task KillAtWorkAsync(ServerProcess process, Func<bool> hasBegun)
    {
        // What an earlier process left tells nothing of this one.
        var pause = hasBegun() ? _random.Next(600) : _killedAtWork ? _random.Next(100) : 0;
        while (!hasBegun() && !process.HasEnded)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
        }

        await Task.Delay(pause, TestContext.Current.CancellationToken);
        _killedAtWork |= !process.HasEnded;
        await process.KillAsync();
    }
}

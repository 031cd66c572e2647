using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Postcard.Configuration;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

/// <summary>Backup and restore as an operator runs them.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restore_OfABackup_ServesTheSame(bool whileRunning)
    {
        await using var server = await PostcardServer.StartAsync();
        var phone = await server.LogInAsync("oAlice");
        var card = await SendAsync(phone, "c");
        (await phone.UploadAsync("image", Samples.Picture(seed: 2))).Ok();
        var before = await phone.GetAsync(card.GetProperty("image").GetString()!);
        if (!whileRunning)
        {
            await server.StopAsync();
        }

        var made = (await _shell.RunAsync("backup", "b.tar.gz", "--data", server.Settings.Data)).Done();
        Assert.Contains("1 users, 1 cards, 8 files", made.Out);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_shell.Folder["b.tar.gz"]));
        var restored = (await _shell.RunAsync("restore", "b.tar.gz", "--data", "new")).Done();
        Assert.Contains("1 users, 1 cards", restored.Out);

        await server.RestartAsync(settings => settings with { Data = _shell.Folder["new"] });
        Assert.Equal(before.Body, (await phone.GetAsync(card.GetProperty("image").GetString()!)).Body);
        Assert.Equal(card.GetRawText(), (await phone.GetAsync($"/postcard/card/{card.GetProperty("id").GetString()}")).Ok().GetRawText());
    }

    [Fact]
    public async Task Backup_WhileCardsComeChangeAndGo_RestoresToWhatWasThere()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { Limits = false });
        var known = new ConcurrentDictionary<string, string>();
        var phones = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => server.LogInAsync($"oUser{i}")));
        foreach (var phone in phones)
        {
            for (var i = 0; i < 4; i++)
            {
                var card = await SendAsync(phone, $"before {i}", seed: i);
                known[card.GetProperty("id").GetString()!] = await DigestAsync(server.Stranger(), card);
            }
        }

        using var stop = new CancellationTokenSource();
        var load = phones.Select(phone => ChurnAsync(phone, known, stop.Token)).ToList();
        for (var round = 0; round < 3; round++)
        {
            var there = known.Keys.ToHashSet();
            (await _shell.RunAsync("backup", $"b{round}.tar.gz", "--data", server.Settings.Data)).Done();
            (await _shell.RunAsync("restore", $"b{round}.tar.gz", "--data", $"new{round}")).Done();
            Assert.Contains("all agree", (await _shell.RunAsync("verify", "--data", $"new{round}")).Done().Out);
            there.IntersectWith(known.Keys);
            await CompareAsync(_shell.Folder[$"new{round}"], there.ToDictionary(id => id, id => known[id]));
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
        Assert.Contains("all agree", (await _shell.RunAsync("verify", "--data", server.Settings.Data)).Done().Out);
    }

    [Fact]
    public async Task Backup_OfAStoreWithLostFiles_IsMadeAndSaysSo()
    {
        await using var server = await PostcardServer.StartAsync();
        var phone = await server.LogInAsync("oAlice");
        await SendAsync(phone, "a");
        (await _shell.RunAsync("backup", "s-{time}.tar.gz", "--keep", "1", "--data", server.Settings.Data)).Done();
        var good = _shell.Folder["s-20200101-000000.tar.gz"];
        File.Move(Assert.Single(Directory.GetFiles(_shell.Folder.Path)), good);
        File.Delete(Assert.Single(Directory.GetFiles(server.Settings.Data, "image-*", SearchOption.AllDirectories)));
        var audio = Assert.Single(Directory.GetFiles(server.Settings.Data, "audio-*", SearchOption.AllDirectories));
        File.WriteAllBytes(audio, [1, 2, 3]);

        Assert.Contains("2 of the store's files are missing or damaged", (await _shell.RunAsync("backup", "s-{time}.tar.gz", "--keep", "1", "--data", server.Settings.Data)).Failed());
        var bad = Assert.Single(Directory.GetFiles(_shell.Folder.Path, "*.damaged"));
        Assert.True(File.Exists(good), "the good one was pushed out");
        var restored = await _shell.RunAsync("restore", bad, "--data", "new");
        Assert.Equal(0, restored.Code);
        Assert.Contains("1 files were missing and 1 damaged already", restored.Error);
    }

    [Fact]
    public async Task Backup_UnderTheNameOfAFileOrWithoutADirectoryOrSeries_IsRefused()
    {
        await using var server = await PostcardServer.StartAsync();
        var data = new[] { "--data", server.Settings.Data };
        _shell.Folder.Write("there.tar.gz", "old");
        Assert.Contains("there is such a file already", (await _shell.RunAsync(["backup", "there.tar.gz", .. data])).Failed());
        Assert.Equal("old", File.ReadAllText(_shell.Folder["there.tar.gz"]));
        Directory.CreateDirectory(_shell.Folder["folder"]);
        Assert.Contains("it is a directory", (await _shell.RunAsync(["backup", "folder", .. data])).Failed());
        Directory.Delete(_shell.Folder["folder"]);
        Assert.Contains("there is no such directory", (await _shell.RunAsync(["backup", "nowhere/b.tar.gz", .. data])).Failed());
        Assert.Contains("{time}", (await _shell.RunAsync(["backup", "b.tar.gz", "--keep", "2", .. data])).Failed(code: 2));
        Assert.Contains("at least 1", (await _shell.RunAsync(["backup", "b-{time}.tar.gz", "--keep", "0", .. data])).Failed(code: 2));
        Assert.Contains("no store", (await _shell.RunAsync("backup", "b.tar.gz", "--data", "nowhere")).Failed());
        await using (await server.Service.App.Store.Archiver.BeginAsync(TestContext.Current.CancellationToken))
        {
            Assert.Contains("under way already", (await _shell.RunAsync(["backup", "b.tar.gz", .. data])).Failed());
            Assert.Contains("try again later", (await _shell.RunAsync(["gc", .. data])).Failed());
        }

        Assert.Equal(["there.tar.gz"], Directory.GetFiles(_shell.Folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Backup_ThatMayNotFit_IsRefusedBeforeItBegins()
    {
        await using var server = await PostcardServer.StartAsync();
        await server.LogInAsync("oAlice");
        await server.StopAsync();
        await using (var database = Database.Open(server.Settings.Data, [new("users")]))
        {
            await database.WriteAsync(transaction =>
            {
                var user = transaction.All("users", null, 1).Single();
                user["bytes"] = 1L << 60;
                transaction.Put("users", user);
                return true;
            });
        }

        Assert.Contains("it may take 1152921.5 TB, and ", (await _shell.RunAsync("backup", "b.tar.gz", "--data", server.Settings.Data)).Failed());
        Assert.Empty(Directory.GetFiles(_shell.Folder.Path));
    }

    [Fact]
    public async Task Backup_WithKeep_DeletesTheOldestOfItsSeriesOnly()
    {
        await using var server = await PostcardServer.StartAsync();
        string[] stay = ["p-20200103-000000.tar.gz", "other-20200101-000000.tar.gz", "p-20200101.tar.gz", "p-20200101-000000.tar.gz.part"];
        string[] go = ["p-20200101-000000.tar.gz", "p-20200102-000000.tar.gz"];
        foreach (var name in stay.Concat(go))
        {
            _shell.Folder.Write(name, "");
        }

        var leftover = _shell.Folder.Write(".p-20200101-000000.tar.gz.abcdefabcdef.postcard-part", "cut by a kill");
        var made = JsonDocument.Parse((await _shell.RunAsync("backup", "p-{time}.tar.gz", "--keep", "2", "--json", "--data", server.Settings.Data)).Done().Out).RootElement;
        Assert.Equal(new FileInfo(made.GetProperty("file").GetString()!).Length, made.GetProperty("bytes").GetInt64());
        Assert.Equal((3, 2, 0), (made.GetProperty("files").GetInt32(), made.GetProperty("deleted").GetArrayLength(), made.GetProperty("later").GetArrayLength()));
        Assert.All(stay, name => Assert.True(File.Exists(_shell.Folder[name]), name));
        Assert.All(go, name => Assert.False(File.Exists(_shell.Folder[name]), name));
        Assert.False(File.Exists(leftover));
    }

    [Fact]
    public async Task Backup_WithKeepAfterAClockRanAhead_KeepsTheTrueOnesToo()
    {
        await using var server = await PostcardServer.StartAsync();
        string[] stay = ["p-29990101-000000.tar.gz", "p-29990102-000000.tar.gz", "p-29990103-000000.tar.gz", "p-20200102-000000.tar.gz"];
        foreach (var name in stay.Append("p-20200101-000000.tar.gz"))
        {
            _shell.Folder.Write(name, "");
        }

        var made = (await _shell.RunAsync("backup", "p-{time}.tar.gz", "--keep", "2", "--data", server.Settings.Data)).Done();
        Assert.Equal([$"deleted {_shell.Folder["p-20200101-000000.tar.gz"]}"], made.OutLines.Where(line => line.StartsWith("deleted ", StringComparison.Ordinal)));
        Assert.Equal(3, made.OutLines.Count(line => line.EndsWith(": its name says a time to come", StringComparison.Ordinal)));
        Assert.Equal(stay.Length + 1, Directory.GetFiles(_shell.Folder.Path).Length);
        Assert.All(stay, name => Assert.True(File.Exists(_shell.Folder[name]), name));
    }

    [Fact]
    public async Task Backup_HoldsTheSettingsWithoutSecrets_AsAFileThatCanBeRead()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { MetricsToken = "metrics-secret", TempHours = 7, Admins = ["oAdmin"], Backup = new() { Keep = 3 } });
        (await _shell.RunAsync("backup", "b.tar.gz", "--data", server.Settings.Data)).Done();

        var text = Encoding.UTF8.GetString(Content("b.tar.gz", "postcard.json"));
        Assert.DoesNotContain("metrics-secret", text);
        Assert.DoesNotContain(FakeWeChat.Secret, text);
        var loaded = SettingsLoader.Load(new(new Dictionary<string, string>(), _shell.Folder.Write("p.json", text), new Dictionary<string, string>(), "/"), forServing: false).Settings;
        Assert.Equal((7, 3, "oAdmin", server.Settings.Data, 4), (loaded.TempHours, loaded.Backup.Keep, loaded.Admins.Single(), loaded.Data, loaded.Roles.Count));
    }

    private static async Task<JsonElement> SendAsync(Phone phone, string content, int seed = 1)
    {
        (await phone.UploadAsync("image", Samples.Picture(160, 120, seed))).Ok();
        (await phone.UploadAsync("audio", Samples.Wav(0.2))).Ok();
        return (await phone.PostAsync("/postcard/card", $$"""{"title":"t","content":"{{content}}","img":true,"audio":true}""")).Ok();
    }

    /// <summary>Makes cards, gives them other pictures and the first again, and deletes some, until it is stopped.</summary>
    private static async Task ChurnAsync(Phone phone, ConcurrentDictionary<string, string> known, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var id = (await SendAsync(phone, "mine", seed: 100)).GetProperty("id").GetString()!;
            foreach (var seed in new[] { 101, 100 })
            {
                (await phone.UploadAsync("image", Samples.Picture(160, 120, seed))).Ok();
                (await phone.PutAsync($"/postcard/card/{id}", """{"img":true}""")).Ok();
            }

            var gone = i % 2 == 0 ? id : known.Keys.OrderBy(key => key, StringComparer.Ordinal).FirstOrDefault();
            if (gone is not null && (await phone.DeleteAsync($"/postcard/card/{gone}")).Status == HttpStatusCode.OK)
            {
                known.TryRemove(gone, out _);
            }
        }
    }

    /// <summary>What an opened card and its media come to.</summary>
    private static async Task<string> DigestAsync(Phone stranger, JsonElement card)
    {
        var all = new StringBuilder(card.GetProperty("content").GetString());
        foreach (var medium in new[] { "image", "mini_image", "audio" })
        {
            var reply = await stranger.GetAsync(card.GetProperty(medium).GetString()!);
            Assert.Equal(HttpStatusCode.OK, reply.Status);
            all.Append(Convert.ToHexString(SHA256.HashData(reply.Body)));
        }

        return all.ToString();
    }

    private static async Task CompareAsync(string data, Dictionary<string, string> expected)
    {
        Assert.NotEmpty(expected);
        await using var copy = await PostcardServer.StartAsync();
        await copy.RestartAsync(settings => settings with { Data = data });
        foreach (var (id, digest) in expected)
        {
            Assert.Equal(digest, await DigestAsync(copy.Stranger(), (await copy.Stranger().GetAsync($"/postcard/card/{id}")).Ok()));
        }
    }

    private byte[] Content(string archive, string name)
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(_shell.Folder[archive]), CompressionMode.Decompress));
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.Name == name)
            {
                var content = new MemoryStream();
                entry.DataStream!.CopyTo(content);
                return content.ToArray();
            }
        }

        throw new FileNotFoundException(name);
    }
}

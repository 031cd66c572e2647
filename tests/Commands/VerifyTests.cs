using System.Text;
using System.Text.Json;
using LiteDB;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

/// <summary><c>verify</c> finds what was broken by hand, <c>gc</c> what was left over.</summary>
public sealed class VerifyTests : IAsyncLifetime, IDisposable
{
    private static readonly Collection[] Known =
    [
        new("users", new Postcard.Storage.Index("openid", Unique: true)), new("cards", new Postcard.Storage.Index("home")), new("plaza", new Postcard.Storage.Index("created")),
        new("sessions", new Postcard.Storage.Index("key")),
    ];

    private readonly Shell _shell = new();
    private PostcardServer _server = null!;
    private Phone _phone = null!;
    private string _card = "";

    public async ValueTask InitializeAsync()
    {
        _server = await PostcardServer.StartAsync();
        _phone = await _server.LogInAsync("oAlice");
        (await _phone.UploadAsync("image", Samples.Picture())).Ok();
        (await _phone.UploadAsync("audio", Samples.Wav())).Ok();
        _card = (await _phone.PostAsync("/postcard/card", """{"title":"t","content":"c","img":true,"audio":true,"plaza":true}""")).Ok().GetProperty("id").GetString()!;
        (await _phone.PostAsync($"/postcard/saved/{_card}")).Ok();
        (await _phone.PostAsync($"/postcard/card/{_card}/report", """{"reason":"r"}""")).Ok();
        (await _phone.UploadAsync("image", Samples.Picture(seed: 2))).Ok();
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Verify_OfAWholeStore_FindsNothing()
    {
        var outcome = (await VerifyAsync()).Done();
        Assert.Contains("5 files", outcome.Out);
        Assert.Contains("all agree", outcome.Out);
    }

    [Fact]
    public async Task Verify_MissingDamagedAndStrayFiles_AreNamed()
    {
        var directory = _server.Service.App.Store.Files.CardDirectory(Uid, _card);
        var (image, audio) = (Single(directory, "image-*"), Single(directory, "audio-*"));
        File.Delete(image);
        Flip(audio);
        Flip(Single(_server.Service.App.Store.Files.TempDirectory(Uid), "image-*"), cut: true);
        var stray = Stray(Path.Combine(directory, "image-00.jpg"));
        Stray(Path.Combine(directory, "code-430-0a.jpg"));
        File.WriteAllText(Path.Combine(directory, "audio-young.mp3"), "");

        var outcome = await VerifyAsync();
        Assert.Equal(1, outcome.Code);
        Assert.Equal(
            [$"damaged {Relative(audio)}", $"damaged {Relative(Single(_server.Service.App.Store.Files.TempDirectory(Uid), "image-*"))}", $"missing {Relative(image)}", $"orphan {Relative(stray)}"],
            Flaws((await VerifyAsync("--json")).Out).Order());
        Assert.Contains("4 do not agree", outcome.Out);
    }

    [Fact]
    public async Task Verify_RecordsThatContradictEachOther_AreNamed()
    {
        var uid = Uid;
        await _server.StopAsync();
        await using (var database = Database.Open(_server.Settings.Data, Known))
        {
            await database.WriteAsync(transaction =>
            {
                var user = transaction.Find("users", uid)!;
                user["cards"] = 7;
                transaction.Put("users", user);
                transaction.Put("plaza", new() { ["_id"] = "nocard", ["created"] = 5L });
                transaction.Put("sessions", new() { ["_id"] = "0", ["key"] = "nobody|0|0", ["uid"] = "nobody", ["expires"] = 0L });
                return true;
            });
        }

        var outcome = await VerifyAsync("--json");
        Assert.Equal(1, outcome.Code);
        Assert.Equal(["record plaza nocard", "record sessions 0", $"record users {uid}"], Flaws(outcome.Out).Order());
    }

    [Fact]
    public async Task Verify_OfSettlingsThatLackTheirOtherHalf_NamesThem()
    {
        var alice = Uid;
        await _server.LogInAsync("oBob");
        await _server.StopAsync();
        string? other = null;
        await using (var database = Database.Open(_server.Settings.Data, [.. Known, new("settling")]))
        {
            await database.WriteAsync(transaction =>
            {
                var user = transaction.Find("users", alice)!;
                user["settling"] = true;
                transaction.Put("users", user);
                other = transaction.FindBy("users", "openid", "oBob")!["_id"].AsString;
                transaction.Put("settling", new() { ["_id"] = other, ["after"] = 0L, ["pends"] = false });
                return true;
            });
        }

        Assert.Equal([$"record settling {other}", $"record users {alice}"], Flaws((await VerifyAsync("--json")).Out).Order());
    }

    [Fact]
    public async Task Verify_OfIndexesThatLackRecords_NamesThose()
    {
        var uid = Uid;
        const long early = 0x0123_4567_89AB;
        await _server.StopAsync();
        await using (var database = Database.Open(_server.Settings.Data, [new("traces", new Postcard.Storage.Index("created"))]))
        {
            await database.WriteAsync(transaction =>
            {
                transaction.Put("traces", new() { ["_id"] = "early", ["verdict"] = 0, ["created"] = early });
                return true;
            });
        }

        File.Delete(Path.Combine(_server.Settings.Data, "postcard.wal"));
        var path = Path.Combine(_server.Settings.Data, "postcard.db");
        var pages = File.ReadAllBytes(path);
        Damage.Keys(pages, Encoding.UTF8.GetBytes($"{_card}|{uid}"), Encoding.UTF8.GetBytes(uid));
        Damage.Keys(pages, "early"u8, BitConverter.GetBytes(early));
        File.WriteAllBytes(path, pages);

        Assert.Equal([$"record reports {_card}|{uid}", "record traces early"], Flaws((await VerifyAsync("--json")).Out).Order());
    }

    [Fact]
    public async Task Gc_RemovesOldStrayFilesOnly_AndSaysHowMuch()
    {
        var files = _server.Service.App.Store.Files;
        var stray = Stray(Path.Combine(files.CardDirectory(Uid, _card), "image-00.jpg"));
        var incoming = Stray(Path.Combine(files.Root, ".incoming-abc"));
        var young = Path.Combine(files.CardDirectory(Uid, _card), "audio-young.mp3");
        File.WriteAllText(young, "");

        var dry = (await _shell.RunAsync("gc", "--dry-run", "--data", _server.Settings.Data)).Done();
        Assert.Contains($"{Relative(stray)}  1 kB", dry.Out);
        Assert.Contains("2 would be removed, 2 kB", dry.Out);
        Assert.Equal(
            $$"""{"removed":[{"what":"{{Relative(incoming)}}","bytes":1000},{"what":"{{Relative(stray)}}","bytes":1000}],"count":2,"bytes":2000,"dry_run":true}""",
            (await _shell.RunAsync("gc", "--dry-run", "--json", "--data", _server.Settings.Data)).Done().Out.TrimEnd());
        Assert.True(File.Exists(stray));
        Assert.Equal("2 removed, 2 kB", (await _shell.RunAsync("gc", "--data", _server.Settings.Data)).Done().OutLines[^1]);
        Assert.False(File.Exists(stray) || File.Exists(incoming));
        Assert.True(File.Exists(young));
        Assert.Contains("all agree", (await VerifyAsync()).Done().Out);
    }

    [Fact]
    public async Task VerifyAndGc_OfWhatIsNotOurs_NameItAndLeaveIt()
    {
        var (users, templates) = (_server.Service.App.Store.Files.Users, _server.Service.App.Store.Files.Templates);
        var uid = Uid;
        string[] strangers =
        [
            Stray(users, "stray.txt"), Inside(users, "lost+found/inside"), Inside(users, ".snapshots/inside"), Inside(users, "backup/inside"), Stray(users, uid, "stray.bin"),
            Inside(users, uid, "other/big"), Stray(users, uid, "cards", "stray.bin"), Inside(users, uid, "cards", _card, "sub/x"), Inside(users, uid, "temp/sub/x"),
            Stray(users, uid, "temp", "notes"), Stray(users, uid, "cards", "image-00.jpg"), Stray(templates, "stray"), Inside(templates, "77/sub/y"), Stray(templates, "77", "no medium"),
        ];
        File.WriteAllText(Path.Combine(users, "young"), "");

        // No user's any more, with something in it that is not ours.
        var orphan = Stray(users, "aaaabbbbccccdddd", "temp", "image-00.jpg");
        strangers = [.. strangers, Stray(users, "aaaabbbbccccdddd", "notes")];
        Directory.SetLastWriteTimeUtc(Path.Combine(users, "aaaabbbbccccdddd"), DateTime.UtcNow - TimeSpan.FromHours(2));
        var outcome = await VerifyAsync("--json");
        Assert.Equal(1, outcome.Code);
        Assert.Equal([$"orphan {Relative(orphan)}", .. strangers.Select(path => $"stranger {Relative(path)}").Order()], Flaws(outcome.Out).Order());

        Assert.Equal("1 removed, 1 kB", (await _shell.RunAsync("gc", "--data", _server.Settings.Data)).Done().OutLines[^1]);
        Assert.False(File.Exists(orphan));
        Assert.All(strangers, path => Assert.True(Path.Exists(path), path));
        Assert.True(File.Exists(Path.Combine(users, "lost+found", "inside")));
    }

    private string Uid => Path.GetFileName(Assert.Single(Directory.GetDirectories(Path.Combine(_server.Settings.Data, "users"), "????????????????")));

    private Task<Outcome> VerifyAsync(params string[] more) => _shell.RunAsync(["verify", "--data", _server.Settings.Data, .. more]);

    private string Relative(string path) => Path.GetRelativePath(_server.Settings.Data, path);

    private static IEnumerable<string> Flaws(string json) => JsonDocument.Parse(json).RootElement.GetProperty("flaws").EnumerateArray()
        .Select(flaw => $"{flaw.GetProperty("kind").GetString()} {flaw.GetProperty("what").GetString()}");

    private static string Single(string directory, string pattern) => Assert.Single(Directory.GetFiles(directory, pattern));

    /// <returns>The directory in which the stray file lies, which is one itself.</returns>
    private static string Inside(params string[] path)
    {
        var directory = Path.GetDirectoryName(Stray(path))!;
        Directory.SetLastWriteTimeUtc(directory, DateTime.UtcNow - TimeSpan.FromHours(2));
        return directory;
    }

    private static string Stray(params string[] path) => Stray(Path.Combine(path));

    private static string Stray(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, new byte[1000]);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow - TimeSpan.FromHours(2));
        return path;
    }

    private static void Flip(string path, bool cut = false)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, cut ? bytes[..^1] : bytes);
    }
}

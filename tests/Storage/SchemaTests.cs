using System.Net;
using LiteDB;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Storage;

/// <summary>Stores that other releases wrote. The fixtures come from the published first release, see their README.</summary>
public sealed class SchemaTests : IDisposable
{
    private static readonly Collection[] Meta = [new("meta")];

    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("store-1.tar.gz")]
    [InlineData("store-1-killed.tar.gz")]
    public async Task Store_OfTheFirstRelease_IsUpgradedAndServesAllOfIt(string fixture)
    {
        var data = Unpack(fixture);
        await using var server = await PostcardServer.StartAsync();
        await server.RestartAsync(settings => settings with { Data = data, Moderation = "manual" });

        var (alice, bob, stranger) = (new Phone(server, "o-alice"), new Phone(server, "o-bob"), server.Stranger());
        var cards = (await alice.GetAsync("/postcard/home")).Ok().EnumerateArray().ToDictionary(card => card.GetProperty("title").GetString()!);
        Assert.Equal(["own", "plaza2", "tpl"], cards.Keys.Order());
        Assert.Equal("of a template, edited", cards["tpl"].GetProperty("content").GetString());
        foreach (var (title, media) in new[] { ("own", 3), ("tpl", 3), ("plaza2", 2) })
        {
            var paths = new[] { "image", "mini_image", "audio" }.Select(name => cards[title].GetProperty(name).GetString()).OfType<string>().ToList();
            Assert.Equal(media, paths.Count);
            foreach (var path in paths)
            {
                Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync(path)).Status);
            }
        }

        Assert.Equal(["own"], (await bob.GetAsync("/postcard/saved")).Ok().EnumerateArray().Select(card => card.GetProperty("title").GetString()));
        Assert.Equal(["plaza", "plaza2"], (await stranger.GetAsync("/postcard/plaza")).Ok().EnumerateArray().Select(card => card.GetProperty("title").GetString()).Order());
        Assert.Contains("all agree", (await _shell.RunAsync("verify", "--data", data)).Done().Out);
        Assert.True(File.Exists(Path.Combine(data, "postcard.db.schema-1")));
        Assert.Equal(2, await VersionAsync(server, data));
    }

    [Fact]
    public async Task Upgrade_ByACommand_IsSaid()
    {
        var outcome = await _shell.RunAsync("verify", "--data", Unpack("store-1.tar.gz"));
        Assert.Equal(0, outcome.Code);
        Assert.EndsWith("The store is upgraded from schema 1 to 2; its database as it was is kept as postcard.db.schema-1", Assert.Single(outcome.ErrorLines));
    }

    [Fact]
    public async Task Upgrade_LeavesACopyThatIsTheOldStore()
    {
        var data = Unpack("store-1-killed.tar.gz");
        await using var server = await PostcardServer.StartAsync();
        await server.RestartAsync(settings => settings with { Data = data });
        await server.StopAsync();
        File.Move(Path.Combine(data, "postcard.db.schema-1"), Path.Combine(data, "postcard.db"), overwrite: true);
        File.Delete(Path.Combine(data, "postcard.wal"));

        Assert.Equal(0, await VersionAsync(server, data));
        await server.RestartAsync();
        Assert.Equal(3, (await new Phone(server, "o-alice").GetAsync("/postcard/home")).Ok().GetArrayLength());
    }

    [Fact]
    public async Task Upgrade_CutBetweenItsSteps_IsFinishedAndKeepsTheFirstCopy()
    {
        var data = Unpack("store-1.tar.gz");
        File.Copy(Path.Combine(data, "postcard.db"), Path.Combine(data, "postcard.db.schema-1"));
        var before = File.ReadAllBytes(Path.Combine(data, "postcard.db.schema-1"));
        await SetAsync(data, new() { ["_id"] = "schema", ["version"] = 1, ["copied"] = true });
        await using var server = await PostcardServer.StartAsync();
        await server.RestartAsync(settings => settings with { Data = data });

        Assert.Contains("all agree", (await _shell.RunAsync("verify", "--data", data)).Done().Out);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(data, "postcard.db.schema-1")));
        Assert.Equal(2, await VersionAsync(server, data));
    }

    [Fact]
    public async Task Upgrade_WithoutRoomForTheCopy_IsRefusedAndTouchesNothing()
    {
        var data = Unpack("store-1.tar.gz");
        var path = Path.Combine(data, "postcard.db");
        using (var database = File.OpenWrite(path))
        {
            // A hole: it takes no space.
            database.SetLength(new DriveInfo(data).AvailableFreeSpace + database.Length);
        }

        var line = (await _shell.RunAsync(["serve", "--port", "0", "--data", data, .. Shell.OnLoopback])).Failed();
        Assert.Contains("a copy of its database made first", line);
        Assert.Equal(["postcard.db"], Directory.GetFiles(data, "postcard.db*").Select(Path.GetFileName));
    }

    [Fact]
    public async Task Store_OfANewerRelease_IsRefusedAndNotTouched()
    {
        var data = Unpack("store-1.tar.gz");
        await SetAsync(data, new() { ["_id"] = "schema", ["version"] = 3 });
        var before = File.ReadAllBytes(Path.Combine(data, "postcard.db"));

        var line = (await _shell.RunAsync(["serve", "--port", "0", "--data", data, .. Shell.OnLoopback])).Failed();
        Assert.Contains("written by a newer release (schema 3, this one knows 2)", line);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(data, "postcard.db")));
        Assert.False(File.Exists(Path.Combine(data, "postcard.db.schema-3")));
    }

    [Fact]
    public async Task Store_MadeNew_HasTheVersionAndNoCopy()
    {
        await using var server = await PostcardServer.StartAsync();
        Assert.Equal(2, await VersionAsync(server, server.Settings.Data));
        Assert.Empty(Directory.GetFiles(server.Settings.Data, "*.schema-*"));
    }

    private static async Task<int> VersionAsync(PostcardServer server, string data)
    {
        await server.StopAsync();
        await using var database = Database.Open(data, Meta);
        return await database.ReadAsync(tables => tables.Find("meta", "schema")?["version"].AsInt32 ?? 0);
    }

    private static async Task SetAsync(string data, BsonDocument stamp)
    {
        await using var database = Database.Open(data, Meta);
        await database.WriteAsync(transaction =>
        {
            transaction.Put("meta", stamp);
            return true;
        });
    }

    private string Unpack(string fixture) => Fixtures.Unpack(fixture, _shell.Folder.Path);
}

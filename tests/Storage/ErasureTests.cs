using System.Reflection;
using System.Security.Cryptography;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Storage;

public sealed class ErasureTests
{
    /// <summary>Looks into every collection there is, so that a new one cannot be forgotten.</summary>
    [Fact]
    public async Task Erase_OfAUserWithAllKindsOfRecords_LeavesNoTraceInTheStore()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { Moderation = "manual", ReportThreshold = 1 });
        var (alice, bob) = (await server.LogInAsync("oAliceWhoGoes"), await server.LogInAsync("oBob"));
        (await alice.PutAsync("/postcard/access", """{"role":1,"wx_name":"小丽走了","consent":"1"}""")).Ok();
        (await alice.UploadAsync("image", Samples.Picture())).Ok();
        var own = (await alice.PostAsync(
            "/postcard/card", """{"title":"t","content":"AliceWrote","img":true,"plaza":true}""", ("Idempotency-Key", "k1"))).Ok().GetProperty("id").GetString()!;
        var others = (await bob.PostAsync("/postcard/card", """{"title":"t","content":"x","plaza":true}""")).Ok().GetProperty("id").GetString();
        (await alice.PostAsync($"/postcard/saved/{others}")).Ok();
        (await alice.PostAsync($"/postcard/card/{others}/report", """{"reason":"AliceComplained"}""")).Ok();
        (await bob.PostAsync($"/postcard/card/{own}/report", """{"reason":"x"}""")).Ok();
        (await alice.UploadAsync("image", Samples.Picture(seed: 2))).Ok();
        var users = Directory.GetDirectories(Path.Combine(server.Settings.Data, "users"));
        var uid = Path.GetFileName(users.Single(user => Directory.Exists(Path.Combine(user, "cards", own))));

        (await alice.DeleteAsync("/postcard/access")).Ok();
        await server.StopAsync();

        var left = await RecordsAsync(server.Settings.Data);
        Assert.NotEmpty(left);
        Assert.All([uid, own, "oAliceWhoGoes", "小丽走了", "AliceWrote", "AliceComplained"], trace => Assert.DoesNotContain(left, record => record.Contains(trace)));
        Assert.Equal(users.Where(user => !user.EndsWith(uid, StringComparison.Ordinal)), Directory.GetDirectories(Path.Combine(server.Settings.Data, "users")));
    }

    [Fact]
    public async Task Erase_OfABannedUser_LeavesTheHashOfTheOpenidAlone()
    {
        await using var server = await PostcardServer.StartAsync();
        var alice = await server.LogInAsync("oAliceWhoIsBanned");
        var accounts = server.Service.App.Store.Accounts;
        var uid = (await accounts.FindAsync("oAliceWhoIsBanned"))!.Uid;
        Assert.True(await accounts.BanAsync(uid, banned: true, Actor.CommandLine, ""));
        (await alice.DeleteAsync("/postcard/access")).Ok();
        await server.StopAsync();

        var left = await RecordsAsync(server.Settings.Data);
        var hash = Convert.ToHexStringLower(SHA256.HashData("oAliceWhoIsBanned"u8));
        Assert.Equal($$"""{"_id":"{{hash}}"}""", Assert.Single(left, record => record.Contains(hash)));
        Assert.DoesNotContain(left, record => record.Contains(uid) || record.Contains("oAliceWhoIsBanned"));
    }

    private static async Task<List<string>> RecordsAsync(string data)
    {
        var collections = (Collection[])typeof(Store).GetField("Collections", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;

        // What admins and reviews did stays in the log, by ids of ours only.
        var names = collections.Select(collection => collection.Name).Where(name => name != "audit").Distinct().ToList();
        await using var database = Database.Open(data, collections);
        return await database.ReadAsync(tables => names
            .SelectMany(name => tables.All(name, null, int.MaxValue).Select(document => LiteDB.JsonSerializer.Serialize(document))).ToList());
    }
}

using System.Net;
using System.Text.Json;
using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

/// <summary>The operator's commands around cards and users.</summary>
public sealed class ReviewCommandsTests : IAsyncLifetime
{
    private readonly Shell _shell = new();
    private PostcardServer _server = null!;
    private Phone _alice = null!, _bob = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostcardServer.StartAsync(new Settings { Moderation = "manual", PublicUrl = "https://postcard.example.edu.cn" });
        (_alice, _bob) = (await _server.LogInAsync("oAlice"), await _server.LogInAsync("oBob"));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _shell.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Commands_WorkWhetherTheServerRunsOrNot(bool runs)
    {
        var (approved, rejected, removed) = (await MakeAsync(), await MakeAsync(), await MakeAsync());
        await StopIfAsync(!runs);

        Assert.Equal([removed, rejected, approved], Ids(await JsonAsync("card", "list")));
        Assert.Equal("The card was approved\n", await TextAsync("card", "approve", approved));
        Assert.Equal("rejected", (await JsonAsync("card", "reject", rejected, "--reason", "no")).GetProperty("status").GetString());
        Assert.Equal("The card was removed\n", await TextAsync("card", "remove", removed, "--reason", "spam"));
        Assert.Equal([approved], Ids(await JsonAsync("card", "list", "--status", "approved")));
        Assert.Equal([rejected, approved], Ids(await JsonAsync("card", "list", "--user", "oAlice")));
        Assert.Equal([approved, rejected], Ids(await JsonAsync("card", "list", "--user", "oAlice", "--oldest")));
        Assert.Equal("[]\n", await TextAsync("card", "list", "--unchecked", "--json"));
        Assert.Equal("[]\n", await TextAsync("card", "list", "--json"));

        var uid = (await JsonAsync("user", "show", "oAlice")).GetProperty("uid").GetString()!;
        Assert.Equal("The user is banned\n", await TextAsync("user", "ban", uid, "--reason", "spam"));
        Assert.Equal(0, (await JsonAsync("stats")).GetProperty("cards").GetProperty("on_plaza").GetInt32());
        Assert.False((await JsonAsync("user", "unban", "oAlice")).GetProperty("banned").GetBoolean());
        Assert.True((await JsonAsync("user", "admin", "oBob")).GetProperty("admin").GetBoolean());
        Assert.False((await JsonAsync("user", "admin", "oBob", "--off")).GetProperty("admin").GetBoolean());
        Assert.Equal("All sessions of the user have ended\n", await TextAsync("session", "revoke", "oAlice"));
        Assert.Equal("oAlice", (await JsonAsync("user", "erase", uid)).GetProperty("openid").GetString());
        Assert.Contains("There is no such user", (await RunAsync("user", "show", uid)).Failed());

        var entries = (await JsonAsync("audit")).EnumerateArray().Select(entry => $"{entry.GetProperty("by")}: {entry.GetProperty("deed")} {entry.GetProperty("target")} {entry.GetProperty("reason")}".TrimEnd());
        var bob = (await JsonAsync("user", "show", "oBob")).GetProperty("uid").GetString();
        Assert.Equal(
            [
                $"command line: erase user {uid}", $"command line: revoke user {uid}", $"command line: admin off user {bob}", $"command line: admin user {bob}",
                $"command line: unban user {uid}", $"command line: ban user {uid} spam", $"command line: remove card {removed} spam",
                $"command line: reject card {rejected} no", $"command line: approve card {approved}",
            ],
            entries);
        await _server.RestartAsync();
        Assert.Equal(0, (await _bob.GetAsync("/postcard/plaza")).Ok().GetArrayLength());
        (await _alice.GetAsync("/postcard/home")).Refused(401, "unauthorized");
        await _server.AgreesAsync();
    }

    [Fact]
    public async Task Audit_HoldsWhatAdminsAndComplaintsDidAndNobodysOpenid()
    {
        await TextAsync("user", "admin", "oBob");
        var id = await MakeAsync();
        var bob = (await JsonAsync("user", "show", "oBob")).GetProperty("uid").GetString();
        (await _bob.PostAsync($"/postcard/card/{id}/approve")).Ok();
        foreach (var who in new[] { "oC", "oD", "oE" })
        {
            (await (await _server.LogInAsync(who)).PostAsync($"/postcard/card/{id}/report", """{"reason":"secret words"}""")).Ok();
        }

        (await _bob.SendAsync(HttpMethod.Post, "/postcard/template", new MultipartFormDataContent
        {
            { new ByteArrayContent(Samples.Picture(32, 32)), "image", "a.jpg" }, { new StringContent("春"), "title" },
        })).Ok();
        (await _bob.PutAsync("/postcard/template/1", """{"title":"夏"}""")).Ok();
        await TextAsync("template", "remove", "1");
        (await _bob.PostAsync($"/postcard/card/{id}/reject", """{"reason":"no"}""")).Ok();

        // What failed or was a user's own business is not there.
        (await _bob.DeleteAsync("/postcard/template/1")).Refused(404, "not_found");
        (await _alice.PostAsync($"/postcard/card/{id}/approve")).Refused(403, "forbidden");
        (await RunAsync("user", "ban", "nobody")).Failed();
        (await _alice.DeleteAsync($"/postcard/card/{id}")).Ok();
        (await _alice.DeleteAsync("/postcard/access")).Ok();
        await TextAsync("user", "erase", "oBob");

        var text = await TextAsync("audit", "--json");
        Assert.Equal(
            [
                $"command line erase user {bob}", $"{bob} reject card {id}", "command line remove template 1", $"{bob} change template 1", $"{bob} add template 1",
                $"reports hold card {id}", $"{bob} approve card {id}", $"command line admin user {bob}",
            ],
            JsonDocument.Parse(text).RootElement.EnumerateArray().Select(entry => $"{entry.GetProperty("by")} {entry.GetProperty("deed")} {entry.GetProperty("target")}"));
        Assert.DoesNotContain("oBob", text, StringComparison.Ordinal);
        Assert.DoesNotContain("oAlice", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret words", text, StringComparison.Ordinal);
        Assert.Equal(2, (await JsonAsync("audit", "--limit", "2")).GetArrayLength());
        Assert.Equal(9, (await RunAsync("audit", "--limit", "0")).Done().OutLines.Length);
        Assert.Contains("--limit", (await RunAsync("audit", "--limit", "x")).Failed(2));
    }

    [Fact]
    public async Task CardShow_GivesLinksThatOpenARejectedCardsMedia()
    {
        (await _alice.UploadAsync("image", Samples.Picture(64, 48))).Ok();
        (await _alice.UploadAsync("audio", Samples.Wav(0.2))).Ok();
        (await _alice.PutAsync("/postcard/access", """{"wx_name":"小丽"}""")).Ok();
        var id = (await _alice.PostAsync("/postcard/card", """{"title":"标题","content":"一\n二","img":true,"audio":true,"plaza":true}""")).Ok().GetProperty("id").GetString()!;
        (await _bob.PostAsync($"/postcard/card/{id}/report", """{"reason":"广告"}""")).Ok();
        var before = await JsonAsync("card", "show", id);
        await TextAsync("card", "reject", id, "--reason", "不合适");

        var card = await JsonAsync("card", "show", id);
        foreach (var kind in new[] { "image", "mini_image", "audio" })
        {
            var link = new Uri(card.GetProperty(kind).GetString()!);
            Assert.Equal("postcard.example.edu.cn", link.Host);
            Assert.Equal(HttpStatusCode.OK, (await _server.Stranger().GetAsync(link.PathAndQuery)).Status);
            (await _server.Stranger().GetAsync(link.PathAndQuery.Split("&exp")[0])).Refused(404, "not_found");
        }

        Assert.Equal(("oAlice", 1, 0), (card.GetProperty("openid").GetString(), before.GetProperty("reports").GetInt32(), card.GetProperty("reports").GetInt32()));
        var text = await TextAsync("card", "show", id);
        Assert.Contains("\nreason     不合适\n", text, StringComparison.Ordinal);
        Assert.Contains("\ncontent    一\n           二\n", text, StringComparison.Ordinal);
        Assert.Contains("\nopenid     oAlice\n", text, StringComparison.Ordinal);
        Assert.Matches("\ncomplaint  20.* 广告\n", text);
        Assert.Contains("not valid", (await RunAsync("card", "show", "nothing!")).Failed());
        Assert.Contains("does not exist", (await RunAsync("card", "show", "aaaaaaaaaaaa")).Failed());
    }

    [Fact]
    public async Task Lists_AreTablesOfAllPages()
    {
        for (var i = 0; i < 103; i++)
        {
            await _server.Service.App.Store.Users.LoginAsync($"oUser{i:D3}");
        }

        await TextAsync("user", "ban", "oUser007");
        await TextAsync("user", "admin", "oUser008");
        Assert.Equal(105, (await JsonAsync("user", "list")).GetArrayLength());
        var table = (await RunAsync("user", "list")).Done().OutLines;
        Assert.Equal(106, table.Length);
        Assert.StartsWith("UID ", table[0]);
        Assert.Equal("oUser007", Assert.Single((await JsonAsync("user", "list", "--banned")).EnumerateArray()).GetProperty("openid").GetString());
        Assert.Equal("oUser008", Assert.Single((await JsonAsync("user", "list", "--admin")).EnumerateArray()).GetProperty("openid").GetString());

        var id = await MakeAsync();
        (await _bob.PostAsync($"/postcard/card/{id}/report", "{}")).Ok();
        var cards = (await RunAsync("card", "list", "--reported")).Done().OutLines;
        Assert.Matches($"^{id}  pending  1        20", cards[1]);
        Assert.Contains("--status is pending, approved or rejected", (await RunAsync("card", "list", "--status", "none")).Failed(2));
    }

    [Fact]
    public async Task Stats_CountWhatIsThere()
    {
        (await _alice.UploadAsync("image", Samples.Picture(64, 48))).Ok();
        var card = (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true,"plaza":true}""")).Ok();
        await TextAsync("card", "approve", card.GetProperty("id").GetString()!);
        await MakeAsync();
        (await _bob.PostAsync("/postcard/card", """{"title":"t","content":"x"}""")).Ok();
        (await _bob.UploadAsync("audio", Samples.Wav(0.1))).Ok();

        var stats = await JsonAsync("stats");
        Assert.Equal(
            """{"total":3,"none":1,"pending":1,"approved":1,"rejected":0,"reported":0,"on_plaza":1}""", stats.GetProperty("cards").GetRawText());
        Assert.Equal((2, 1, 2), (stats.GetProperty("users").GetInt32(), stats.GetProperty("uploads").GetInt32(), stats.GetProperty("sessions").GetInt32()));
        Assert.Equal((await _alice.GetAsync("/postcard/access")).Ok().GetProperty("usage").GetProperty("bytes").GetInt64(), stats.GetProperty("media_bytes").GetInt64());
        Assert.All(new[] { "database_bytes", "log_bytes", "free_bytes" }, name => Assert.True(stats.GetProperty(name).GetInt64() > 0, name));
        Assert.Contains("cards         3 (1 none, 1 pending, 1 approved, 0 rejected)\n", await TextAsync("stats"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SessionRevoke_EndsAllSessionsOfOneUser()
    {
        var second = await _server.LogInAsync("oAlice");
        (await second.GetAsync("/postcard/home")).Ok();
        await TextAsync("session", "revoke", "oAlice");
        (await _alice.GetAsync("/postcard/home")).Refused(401, "unauthorized");
        (await second.GetAsync("/postcard/home")).Refused(401, "unauthorized");
        (await _bob.GetAsync("/postcard/home")).Ok();
        await _server.RestartAsync();
        (await second.GetAsync("/postcard/home")).Refused(401, "unauthorized");
    }

    [Fact]
    public async Task UserUnban_AfterTheAccountWasErased_LetsThePersonBackIn()
    {
        await TextAsync("user", "ban", "oBob");
        (await _bob.DeleteAsync("/postcard/access")).Ok();
        Assert.Equal("The user is no longer banned\n", await TextAsync("user", "unban", "oBob"));
        Assert.Contains("no such user", (await RunAsync("user", "unban", "oBob")).Failed());

        (await (await _server.LogInAsync("oBob")).PostAsync("/postcard/card", """{"title":"t","content":"x"}""")).Ok();
        Assert.Equal("user erased", (await JsonAsync("audit"))[0].GetProperty("target").GetString());
    }

    [Fact]
    public async Task UserErase_TakesEverything()
    {
        (await _alice.UploadAsync("image", Samples.Picture(64, 48))).Ok();
        var card = (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true,"plaza":true}""")).Ok();
        Assert.Equal(HttpStatusCode.OK, (await _bob.GetAsync(card.GetProperty("image").GetString()!)).Status);
        await TextAsync("user", "erase", "oAlice");
        (await _bob.GetAsync(card.GetProperty("image").GetString()!)).Refused(404, "not_found");
        (await _alice.GetAsync("/postcard/home")).Refused(401, "unauthorized");
        Assert.Single(Directory.GetDirectories(Path.Combine(_server.Settings.Data, "users")));
        Assert.Equal("[]\n", await TextAsync("card", "list", "--json"));
    }

    [Fact]
    public async Task CardApprove_OfACardThatWasEditedOrDecidedSince_IsRefused()
    {
        var id = await MakeAsync();
        var seen = (await JsonAsync("card", "show", id)).GetProperty("updated").GetString()!;
        (await _alice.PutAsync($"/postcard/card/{id}", """{"content":"y"}""")).Ok();
        Assert.Contains("meanwhile", (await RunAsync("card", "approve", id, "--updated", seen)).Failed());
        Assert.Contains("meanwhile", (await RunAsync("card", "approve", id, "--status", "rejected")).Failed());
        Assert.Contains("meanwhile", (await RunAsync("card", "reject", id, "--reason", "no", "--status", "approved")).Failed());
        await TextAsync("card", "approve", id);
    }

    [Fact]
    public async Task AdminOfTheSettings_CannotBeTakenBackByTheCommand()
    {
        await _server.RestartAsync(settings => settings with { Admins = ["oBob"] });
        Assert.Contains("admins", (await RunAsync("user", "admin", "oBob", "--off")).Failed());
        Assert.Equal("oBob", Assert.Single((await JsonAsync("user", "list", "--admin")).EnumerateArray()).GetProperty("openid").GetString());
    }

    [Theory]
    [InlineData("user", "list")]
    [InlineData("card", "list")]
    [InlineData("stats")]
    [InlineData("audit")]
    public async Task Command_WithADataDirectoryThatIsNotThere_DoesNotMakeIt(params string[] args)
    {
        Assert.Contains(_shell.Folder["typo"], (await _shell.RunAsync([.. args, "--data", "typo"])).Failed());
        Assert.False(Directory.Exists(_shell.Folder["typo"]));
    }

    [Fact]
    public async Task Command_WithADirectoryThatIsNoStore_MakesNone()
    {
        Directory.CreateDirectory(_shell.Folder["parent/data"]);
        Assert.Contains("no store", (await _shell.RunAsync("stats", "--data", "parent")).Failed());
        Assert.Equal([_shell.Folder["parent/data"]], Directory.GetFileSystemEntries(_shell.Folder["parent"]));
    }

    private async Task StopIfAsync(bool stop)
    {
        if (stop)
        {
            await _server.StopAsync();
        }
    }

    private async Task<string> MakeAsync() =>
        (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","plaza":true}""")).Ok().GetProperty("id").GetString()!;

    private Task<Outcome> RunAsync(params string[] args) => _shell.RunAsync([.. args, "--data", _server.Settings.Data]);

    private async Task<string> TextAsync(params string[] args) => (await RunAsync(args)).Done().Out;

    private async Task<JsonElement> JsonAsync(params string[] args) => JsonDocument.Parse(await TextAsync([.. args, "--json"])).RootElement;

    private static string[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(card => card.GetProperty("id").GetString()!)];
}

using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Postcard.Jobs;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

/// <summary>Bans and changed names, and what they do to cards.</summary>
public sealed class AccountsTests : IAsyncLifetime
{
    private PostcardServer _server = null!;
    private Phone _alice = null!, _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostcardServer.StartAsync(new Settings { Moderation = "manual", Admins = ["oAdmin"] });
        (_alice, _admin) = (await _server.LogInAsync("oAlice"), await _server.LogInAsync("oAdmin"));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task BannedUser_MayReadAndLeave_ButNotWrite()
    {
        var id = await ApprovedAsync();
        await BanAsync("oAlice");

        (string Method, string Path, string? Body)[] writes =
        [
            ("POST", "/postcard/card", """{"title":"t","content":"x"}"""), ("PUT", $"/postcard/card/{id}", """{"content":"y"}"""), ("PUT", "/postcard/card", "{}"),
            ("DELETE", $"/postcard/card/{id}", null), ("POST", $"/postcard/card/{id}/report", "{}"), ("POST", $"/postcard/saved/{id}", null),
            ("DELETE", $"/postcard/saved/{id}", null), ("PUT", "/postcard/access", """{"wx_name":"x"}"""), ("DELETE", "/postcard/upload/image", null),
        ];
        foreach (var (method, path, body) in writes)
        {
            var reply = await _alice.SendAsync(new(method), path, body is null ? null : new StringContent(body));
            Assert.Contains("封禁", reply.Refused(403, "forbidden").Msg, StringComparison.Ordinal);
        }

        (await _alice.UploadAsync("image", Samples.Picture(32, 32))).Refused(403, "forbidden");
        (await new Phone(_server, "oAlice").PostAsync("/postcard/card", """{"title":"t","content":"x"}""")).Refused(403, "forbidden");
        foreach (var path in new[] { "/postcard/access", "/postcard/home", "/postcard/saved", "/postcard/plaza", $"/postcard/card/{id}", "/postcard/template" })
        {
            (await _alice.GetAsync(path)).Ok();
        }

        (await (await _server.LogInAsync("oAlice")).DeleteAsync("/postcard/access/session")).Ok();
        (await _alice.DeleteAsync("/postcard/access")).Ok();
        (await _alice.GetAsync("/postcard/access")).Refused(401, "unauthorized");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BannedUser_ErasedAndBackAgain_IsBannedUntilTheBanEnds(bool byOperator)
    {
        await BanAsync("oAlice");
        var before = await UidAsync("oAlice");
        for (var time = 0; time < 2; time++)
        {
            var phone = await _server.LogInAsync("oAlice");
            if (byOperator)
            {
                await Store.Erasure.EraseAsync(await UidAsync("oAlice"), Actor.CommandLine);
            }
            else
            {
                (await phone.DeleteAsync("/postcard/access")).Ok();
            }

            await _server.RestartAsync();
            await _server.AgreesAsync();
            (await CardAsync("oAlice")).Refused(403, "forbidden");
            (await CardAsync("oAlice")).Refused(403, "forbidden");
            (await CardAsync("oBob")).Ok();
        }

        Assert.NotEqual(before, await UidAsync("oAlice"));
        await BanAsync("oAlice", banned: false);
        (await CardAsync("oAlice")).Ok();
        (await (await _server.LogInAsync("oAlice")).DeleteAsync("/postcard/access")).Ok();
        (await CardAsync("oAlice")).Ok();
    }

    [Fact]
    public async Task Ban_TakesTheCardsOffThePlazaAndItsEndBringsTheApprovedBack()
    {
        var (approved, pending) = (await ApprovedAsync(), await MakeAsync());
        var others = (await _admin.PostAsync("/postcard/card", """{"title":"t","content":"x","plaza":true}""")).Ok().GetProperty("id").GetString()!;
        (await _admin.PostAsync($"/postcard/card/{others}/approve")).Ok();
        await BanAsync("oAlice");
        Assert.Equal([others], await PlazaAsync());
        Assert.Equal("approved", (await _server.Stranger().GetAsync($"/postcard/card/{approved}")).Ok().GetProperty("status").GetString());
        (await _admin.PostAsync($"/postcard/card/{pending}/approve")).Ok();
        Assert.Equal([others], await PlazaAsync());
        await _server.RestartAsync();
        Assert.Equal([others], await PlazaAsync());

        await BanAsync("oAlice", banned: false);
        Assert.Equal([others, pending, approved], await PlazaAsync());
        await _server.RestartAsync();
        Assert.Equal([others, pending, approved], await PlazaAsync());
        (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x"}""")).Ok();
    }

    [Fact]
    public async Task BannedAdmin_DecidesNothing()
    {
        var id = await MakeAsync();
        await BanAsync("oAdmin");
        (await _admin.PostAsync($"/postcard/card/{id}/approve")).Refused(403, "forbidden");
        (await _admin.GetAsync("/postcard/review")).Refused(403, "forbidden");
    }

    [Fact]
    public async Task AdminByTheCommandLine_MayReviewUntilItIsTakenBack()
    {
        var id = await MakeAsync();
        var bob = await _server.LogInAsync("oBob");
        (await bob.GetAsync("/postcard/review")).Refused(403, "forbidden");
        Assert.True(await Store.Accounts.SetAdminAsync(await UidAsync("oBob"), admin: true, Actor.CommandLine));
        await _server.RestartAsync();
        (await bob.PostAsync($"/postcard/card/{id}/approve")).Ok();
        Assert.True(await Store.Accounts.SetAdminAsync(await UidAsync("oBob"), admin: false, Actor.CommandLine));
        (await bob.GetAsync("/postcard/review")).Refused(403, "forbidden");
    }

    [Fact]
    public async Task ChangedName_TakesApprovedCardsBackToTheQueue()
    {
        var (approved, pending) = (await ApprovedAsync(), await MakeAsync());
        var seen = (await _admin.GetAsync("/postcard/review")).Ok()[0].GetProperty("updated").GetString();
        (await _alice.PutAsync("/postcard/access", """{"wx_name":"新名"}""")).Ok();

        Assert.Empty(await PlazaAsync());
        Assert.Equal("pending", (await _alice.GetAsync($"/postcard/card/{approved}")).Ok().GetProperty("status").GetString());
        Assert.Equal([pending, approved], IdsOf((await _admin.GetAsync("/postcard/review")).Ok()));
        (await _admin.PostAsync($"/postcard/card/{pending}/approve", $$"""{"updated":"{{seen}}"}""")).Refused(409, "conflict");

        (await _admin.PostAsync($"/postcard/card/{approved}/approve")).Ok();
        (await _alice.PutAsync("/postcard/access", """{"wx_name":"新名","role":1}""")).Ok();
        Assert.Equal([approved], await PlazaAsync());
    }

    [Theory]
    [InlineData("name")]
    [InlineData("ban")]
    [InlineData("unban")]
    public async Task Change_CutOffByARestart_HidesTheCardsAndIsFinishedLater(string change)
    {
        var ids = new List<string>();
        for (var i = 0; i < 230; i++)
        {
            ids.Insert(0, await MakeAsync());
        }

        await Task.WhenAll(ids.Select(id => Store.Reviews.DecideAsync(id, CardStatus.Approved, "", Actor.CommandLine, null)));
        Assert.Equal(ids[..100], await PlazaAsync());
        var uid = await UidAsync("oAlice");
        if (change == "unban")
        {
            await BanAsync("oAlice");
        }

        // The first commit, and then the power goes.
        _ = change == "name"
            ? await Store.Users.UpdateAsync(uid, new(null, "新名", null), roleOnce: false, Recheck.Human) is ProfileOutcome.Done
            : await Store.Accounts.BanAsync(uid, banned: change == "ban", Actor.CommandLine, "");
        Assert.Empty(await PlazaAsync());
        await _server.RestartAsync();
        Assert.Empty(await PlazaAsync());

        await using var sweeps = new Sweeps(Store, TimeSpan.FromDays(1), TimeProvider.System, NullLogger<Sweeps>.Instance);
        await sweeps.SweepAsync();
        Assert.Equal(change == "unban" ? ids[..100] : [], await PlazaAsync());
        Assert.Equal(change == "name" ? ids[..100] : [], IdsOf((await _admin.GetAsync("/postcard/review?limit=100")).Ok()));
        Assert.Equal(change == "name" ? 0 : 230, (await Store.Statistics.CountAsync()).Approved);
        Assert.Equal(change == "unban" ? 230 : 0, (await Store.Statistics.CountAsync()).OnPlaza);
        await _server.RestartAsync();
        Assert.Equal(change == "unban" ? ids[..100] : [], await PlazaAsync());
        await _server.AgreesAsync();
    }

    [Fact]
    public async Task Erasure_DuringASettling_LeavesNothing()
    {
        await ApprovedAsync();
        var uid = await UidAsync("oAlice");
        await Store.Accounts.BanAsync(uid, banned: true, Actor.CommandLine, "");
        (await _alice.DeleteAsync("/postcard/access")).Ok();
        await Store.Settling.ResumeAsync();
        var counts = await Store.Statistics.CountAsync();
        Assert.Equal((1, 0, 0, 0), (counts.Users, counts.Cards, counts.Approved, counts.OnPlaza));
        await _server.AgreesAsync();
    }

    private Store Store => _server.Service.App.Store;

    private async Task<string> UidAsync(string openId) => (await Store.Accounts.FindAsync(openId))!.Uid;

    private async Task<Reply> CardAsync(string openId) => await (await _server.LogInAsync(openId)).PostAsync("/postcard/card", """{"title":"t","content":"x"}""");

    private async Task BanAsync(string openId, bool banned = true)
    {
        var uid = await UidAsync(openId);
        Assert.True(await Store.Accounts.BanAsync(uid, banned, Actor.CommandLine, ""));
        await Store.Settling.FinishAsync(uid);
    }

    private async Task<string> MakeAsync() =>
        (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","plaza":true}""")).Ok().GetProperty("id").GetString()!;

    private async Task<string> ApprovedAsync()
    {
        var id = await MakeAsync();
        (await _admin.PostAsync($"/postcard/card/{id}/approve")).Ok();
        return id;
    }

    private async Task<string[]> PlazaAsync() => IdsOf((await _server.Stranger().GetAsync("/postcard/plaza?limit=100")).Ok());

    private static string[] IdsOf(JsonElement list) => [.. list.EnumerateArray().Select(card => card.GetProperty("id").GetString()!)];
}

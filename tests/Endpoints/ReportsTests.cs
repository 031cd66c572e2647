using System.Text.Json;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed class ReportsTests : IAsyncLifetime
{
    private PostcardServer _server = null!;
    private Phone _alice = null!, _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostcardServer.StartAsync(new Settings { Moderation = "off", ReportThreshold = 2, Admins = ["oAdmin"] });
        (_alice, _admin) = (await _server.LogInAsync("oAlice"), await _server.LogInAsync("oAdmin"));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task EnoughComplaints_TakeACardOffThePlazaUntilItIsReviewed()
    {
        var id = await MakeAsync();
        await ReportAsync(id, "oBob");
        await ReportAsync(id, "oBob");
        Assert.Equal([id], await PlazaAsync());
        await ReportAsync(id, "oCarol");
        Assert.Empty(await PlazaAsync());
        await _server.RestartAsync();
        Assert.Empty(await PlazaAsync());

        // Nothing that the author does brings it back, though nobody reviews cards otherwise.
        foreach (var change in new[] { """{"plaza":true}""", """{"plaza":false}""", """{"plaza":true}""", """{"content":"other"}""" })
        {
            Assert.Equal("pending", (await _alice.PutAsync($"/postcard/card/{id}", change)).Ok().GetProperty("status").GetString());
        }

        (await _admin.PostAsync($"/postcard/card/{id}/approve")).Ok();
        Assert.Equal([id], await PlazaAsync());
        Assert.Empty((await _admin.GetAsync("/postcard/review?reported=1")).Ok().EnumerateArray());

        // Those who complained before the review have had their say.
        await ReportAsync(id, "oBob");
        await ReportAsync(id, "oDave");
        Assert.Equal([id], await PlazaAsync());
        Assert.Equal(1, (await _admin.GetAsync("/postcard/review?reported=1")).Ok()[0].GetProperty("reports").GetInt32());
        await ReportAsync(id, "oErin");
        Assert.Empty(await PlazaAsync());
        await _server.AgreesAsync();
    }

    [Fact]
    public async Task ComplaintsAboutACardThatIsOffAlready_TakeItOffOnce()
    {
        var id = await MakeAsync();
        foreach (var who in new[] { "oBob", "oCarol", "oDave" })
        {
            await ReportAsync(id, who);
        }

        Assert.Equal("hold", Assert.Single(await _server.Service.App.Store.Audit.ListAsync(long.MaxValue, 10)).Deed);
        Assert.Equal(3, (await _admin.GetAsync("/postcard/review?reported=1")).Ok()[0].GetProperty("reports").GetInt32());
    }

    [Fact]
    public async Task ComplaintsAboutACardThatIsOnlyShared_KeepItFromThePlaza()
    {
        var id = (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x"}""")).Ok().GetProperty("id").GetString()!;
        await ReportAsync(id, "oBob");
        await ReportAsync(id, "oCarol");
        Assert.Equal("none", (await _alice.GetAsync($"/postcard/card/{id}")).Ok().GetProperty("status").GetString());
        Assert.Equal("pending", (await _alice.PutAsync($"/postcard/card/{id}", """{"plaza":true}""")).Ok().GetProperty("status").GetString());
        Assert.Empty(await PlazaAsync());
    }

    [Fact]
    public async Task Reported_AreListedByComplaints()
    {
        var (one, two, none, also) = (await MakeAsync(), await MakeAsync(), await MakeAsync(), await MakeAsync());
        await ReportAsync(one, "oBob");
        await ReportAsync(two, "oBob");
        await ReportAsync(two, "oCarol");
        await ReportAsync(also, "oBob");

        var first = await _admin.GetAsync("/postcard/review?reported=1&limit=2");
        var second = await _admin.GetAsync($"/postcard/review?reported=1&limit=2&cursor={first.Next}");
        Assert.Equal([two, also, one], [.. IdsOf(first.Ok()), .. IdsOf(second.Ok())]);
        Assert.Null(second.Next);
        Assert.Equal([two], IdsOf((await _admin.GetAsync("/postcard/review?reported=1&status=pending")).Ok()));
        Assert.DoesNotContain(none, IdsOf(first.Ok()));
    }

    [Fact]
    public async Task ComplaintsOfWhoLeaves_NoLongerCount()
    {
        var id = await MakeAsync();
        var bob = await _server.LogInAsync("oBob");
        (await bob.PostAsync($"/postcard/card/{id}/report", """{"reason":"secret words"}""")).Ok();
        (await bob.DeleteAsync("/postcard/access")).Ok();
        Assert.Empty((await _admin.GetAsync("/postcard/review?reported=1")).Ok().EnumerateArray());
        await ReportAsync(id, "oCarol");
        Assert.Equal([id], await PlazaAsync());
        await _server.AgreesAsync();
    }

    [Fact]
    public async Task ThresholdZero_LeavesCardsAlone()
    {
        await _server.RestartAsync(settings => settings with { ReportThreshold = 0 });
        var id = await MakeAsync();
        foreach (var who in new[] { "oBob", "oCarol", "oDave" })
        {
            await ReportAsync(id, who);
        }

        Assert.Equal([id], await PlazaAsync());
        Assert.Equal(3, (await _admin.GetAsync("/postcard/review?reported=1")).Ok()[0].GetProperty("reports").GetInt32());
    }

    [Fact]
    public async Task ManyComplaintsAtOnce_CountEachUserOnce()
    {
        await _server.RestartAsync(settings => settings with { ReportThreshold = 100 });
        var id = await MakeAsync();
        var phones = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => _server.LogInAsync($"oUser{i}")));
        await Task.WhenAll(phones.SelectMany(phone => Enumerable.Range(0, 4).Select(_ => phone.PostAsync($"/postcard/card/{id}/report", "{}"))));
        Assert.Equal(6, (await _admin.GetAsync("/postcard/review?reported=1")).Ok()[0].GetProperty("reports").GetInt32());
    }

    private async Task<string> MakeAsync() =>
        (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","plaza":true}""")).Ok().GetProperty("id").GetString()!;

    private async Task ReportAsync(string id, string who) => (await (await _server.LogInAsync(who)).PostAsync($"/postcard/card/{id}/report", """{"reason":"r"}""")).Ok();

    private async Task<string[]> PlazaAsync() => IdsOf((await _server.Stranger().GetAsync("/postcard/plaza")).Ok());

    private static string[] IdsOf(JsonElement list) => [.. list.EnumerateArray().Select(card => card.GetProperty("id").GetString()!)];
}

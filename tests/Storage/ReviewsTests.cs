using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Storage;

/// <summary>What machines and upgrades do with reviews, which no request does.</summary>
public sealed class ReviewsTests : IAsyncLifetime
{
    private PostcardServer _server = null!;
    private Phone _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostcardServer.StartAsync(new Settings { Moderation = "manual" });
        _alice = await _server.LogInAsync("oAlice");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Machine_MayDecideUntilAHumanDid()
    {
        var id = await MakeAsync();
        Assert.Equal(ReviewOutcome.Changed, await DecideAsync(id, CardStatus.Approved, Actor.WeChat));
        Assert.Equal((ReviewOutcome.Done, CardStatus.Approved, false), await CheckedAsync(id, CardStatus.Approved));
        Assert.Equal((ReviewOutcome.Done, CardStatus.Rejected, false), await CheckedAsync(id, CardStatus.Rejected));
        Assert.Equal((ReviewOutcome.Done, CardStatus.Approved, false), await CheckedAsync(id, CardStatus.Approved));

        Assert.Equal(ReviewOutcome.Done, await DecideAsync(id, CardStatus.Rejected, Actor.CommandLine));
        Assert.Equal((ReviewOutcome.Held, CardStatus.Rejected, true), await CheckedAsync(id, CardStatus.Approved));
        Assert.Equal((ReviewOutcome.Held, CardStatus.Rejected, true), await CheckedAsync(id, CardStatus.Pending));
        Assert.Equal(ReviewOutcome.Done, await DecideAsync(id, CardStatus.Approved, Actor.CommandLine));
        Assert.Equal((ReviewOutcome.Done, CardStatus.Pending, false), await CheckedAsync(id, CardStatus.Pending));
        Assert.Equal(ReviewOutcome.NotFound, await DecideAsync("aaaaaaaaaaaa", CardStatus.Approved, Actor.WeChat));
    }

    [Fact]
    public async Task Decision_ThatSawAnotherCard_ChangesNothing()
    {
        var id = await MakeAsync();
        var seen = (await CardAsync(id)).Updated;
        (await _alice.PutAsync($"/postcard/card/{id}", """{"content":"y"}""")).Ok();
        Assert.Equal(ReviewOutcome.Changed, await Store.Reviews.DecideAsync(id, CardStatus.Approved, "", Actor.CommandLine, seen));
        Assert.Equal("pending", (await CardAsync(id)).Status);
        Assert.Empty(await Store.Audit.ListAsync(long.MaxValue, 10));
    }

    [Fact]
    public async Task Decision_MadeTwice_IsLoggedOnce()
    {
        var id = await MakeAsync();
        await DecideAsync(id, CardStatus.Approved, Actor.CommandLine);
        await DecideAsync(id, CardStatus.Approved, Actor.CommandLine);
        Assert.Equal("approve", Assert.Single(await Store.Audit.ListAsync(long.MaxValue, 10)).Deed);
    }

    [Fact]
    public async Task Decisions_OfManyAtOnce_AreLoggedInOrder()
    {
        var id = await MakeAsync();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Store.Reviews.DecideAsync(id, CardStatus.Rejected, $"{i}", $"admin{i}", null)));
        var entries = await Store.Audit.ListAsync(long.MaxValue, 100);
        Assert.Equal(40, entries.Count);
        Assert.Equal(entries[0].Reason, (await CardAsync(id)).Reason);
        Assert.Equal(40, entries.Select(entry => entry.Time).Distinct().Count());
        await _server.RestartAsync();
        Assert.Equal(entries, await Store.Audit.ListAsync(long.MaxValue, 100));
        Assert.Equal(entries[20..], await Store.Audit.ListAsync(entries[19].Time, 100));
    }

    [Fact]
    public async Task WriteUnderWay_WhenItsUserIsBanned_ComesToNothing()
    {
        var id = await MakeAsync();
        var uid = (await CardAsync(id)).Uid;
        var card = await CardAsync(id);
        await Store.Saves.AddAsync(uid, id);
        await Store.Accounts.BanAsync(uid, banned: true, Actor.CommandLine, "");

        // The token was looked at before.
        var made = await Store.Cards.CreateAsync(uid, takesUploads: false, null, (_, _) => new(card with { Id = Store.Cards.NewKey().Id }, null, null, []));
        var edited = await Store.Cards.EditAsync(uid, id, (before, _, _) => new(before with { Content = "y" }, null, null, []));
        Assert.Equal((CardOutcome.Banned, CardOutcome.Banned), (made.Outcome, edited.Outcome));
        Assert.Equal("x", (await CardAsync(id)).Content);
        Assert.Equal(ProfileOutcome.Banned, await Store.Users.UpdateAsync(uid, new(1, "n", "1"), roleOnce: false, Recheck.None));
        Assert.Equal(SaveOutcome.Banned, await Store.Saves.AddAsync(uid, id));
        Assert.Equal(ReportOutcome.Banned, await Store.Reports.AddAsync(uid, id, "r", threshold: 0));
        Assert.Equal((null, ""), ((await Store.Users.FindAsync(uid))!.Role, (await Store.Users.FindAsync(uid))!.Name));
    }

    [Fact]
    public async Task Login_WithAConsent_KeepsItInTheSameChange()
    {
        Assert.Equal("1", (await Store.Users.LoginAsync("oBob", "1")).User.Consent);
        var again = await Store.Users.LoginAsync("oBob", "2");
        Assert.Equal((false, "2"), (again.New, again.User.Consent));
        Assert.Equal("2", (await Store.Users.LoginAsync("oBob")).User.Consent);
    }

    [Fact]
    public async Task Approval_ThatStopsACheckOnly_IsLogged()
    {
        var id = await MakeAsync(plaza: false);
        await Store.Cards.EditAsync((await CardAsync(id)).Uid, id, (card, _, _) =>
            new(card with { Updated = Store.Cards.NewTime() }, null, null, [], new NewCheck(CheckParts.Picture, Human: false)));
        Assert.Equal(ReviewOutcome.Done, await DecideAsync(id, CardStatus.Approved, Actor.CommandLine));
        Assert.Equal(ReviewOutcome.Done, await DecideAsync(id, CardStatus.Approved, Actor.CommandLine));

        Assert.Equal(ReviewOutcome.Changed, await DecideAsync(id, CardStatus.Rejected, Actor.WeChat));
        Assert.Equal("approve", Assert.Single(await Store.Audit.ListAsync(long.MaxValue, 10)).Deed);
        await _server.AgreesAsync();
    }

    [Fact]
    public async Task Upgrade_MakesTheRecordsThatTheFirstReleaseDidNotHave()
    {
        await _server.RestartAsync(settings => settings with { Moderation = "off" });
        var (plaza, reported, plain) = (await MakeAsync(), await MakeAsync(plaza: false), await MakeAsync(plaza: false));
        foreach (var who in new[] { "oBob", "oCarol" })
        {
            (await (await _server.LogInAsync(who)).PostAsync($"/postcard/card/{reported}/report", "{}")).Ok();
        }

        await _server.StopAsync();
        await using (var database = Database.Open(_server.Settings.Data, [.. CardWrites.Collections, .. Review.Collections, .. Reports.Collections]))
        {
            var before = await database.ReadAsync(tables => tables.All(Review.Table, "", 100).ConvertAll(Review.FromBson));
            await database.WriteAsync(transaction => before.TrueForAll(review => transaction.Delete(Review.Table, review.Id)));
            await ReviewsOfCards.MakeAsync(database);
            await ReviewsOfCards.MakeAsync(database);
            Assert.Equal(before, await database.ReadAsync(tables => tables.All(Review.Table, "", 100).ConvertAll(Review.FromBson)));
            Assert.Equal([reported, plaza], before.OrderByDescending(review => review.Reports).Select(review => review.Id));
            Assert.DoesNotContain(plain, before.Select(review => review.Id));
        }
    }

    [Fact]
    public async Task ComplaintsAboutACardThatIsGone_AreGoneToo()
    {
        var id = await MakeAsync();
        for (var i = 0; i < 205; i++)
        {
            await Store.Reports.AddAsync((await Store.Users.LoginAsync($"oUser{i}")).User.Uid, id, "r", threshold: 0);
        }

        (await _alice.DeleteAsync($"/postcard/card/{id}")).Ok();
        Assert.Null(await Store.Reports.SweepAsync("", 1000));
        await _server.StopAsync();
        await using var database = Database.Open(_server.Settings.Data, [.. Reports.Collections, .. Review.Collections]);
        Assert.Empty(await database.ReadAsync(tables => tables.All("reports", "", 10)));
        Assert.Empty(await database.ReadAsync(tables => tables.All(Review.Table, "", 10)));
    }

    private Store Store => _server.Service.App.Store;

    private Task<ReviewOutcome> DecideAsync(string id, string status, string by) => Store.Reviews.DecideAsync(id, status, "r", by, null);

    /// <summary>What a check of the card as it now is, with this outcome, makes of it.</summary>
    private async Task<(ReviewOutcome Outcome, string Status, bool Held)> CheckedAsync(string id, string status)
    {
        await Store.Cards.EditAsync((await CardAsync(id)).Uid, id, (card, _, _) =>
            new(card with { Updated = Store.Cards.NewTime() }, null, null, [], new NewCheck(CheckParts.Text, Human: false)));
        var outcome = await DecideAsync(id, status, Actor.WeChat);
        var card = await CardAsync(id);
        return (outcome, card.Status, card.Held);
    }

    private async Task<Card> CardAsync(string id) => (await Store.Reads.FindAsync(id))!;

    private async Task<string> MakeAsync(bool plaza = true) => (await _alice.PostAsync(
        "/postcard/card", $$"""{"title":"t","content":"x","plaza":{{(plaza ? "true" : "false")}}}""")).Ok().GetProperty("id").GetString()!;
}

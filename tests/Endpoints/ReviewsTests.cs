using System.Net;
using System.Text;
using System.Text.Json;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed class ReviewsTests : IAsyncLifetime
{
    private PostcardServer _server = null!;
    private Phone _alice = null!, _bob = null!, _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostcardServer.StartAsync(new Settings { Moderation = "manual", Admins = ["oAdmin"] });
        (_alice, _bob, _admin) = (await _server.LogInAsync("oAlice"), await _server.LogInAsync("oBob"), await _server.LogInAsync("oAdmin"));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Card_ForThePlaza_IsShownOnceAnAdminApproved()
    {
        var id = await MakeAsync();
        Assert.Equal("pending", await StatusAsync(id));
        (await _server.Stranger().GetAsync($"/postcard/card/{id}")).Ok();
        Assert.Empty(await PlazaAsync());

        Assert.Equal(id, Assert.Single((await _admin.GetAsync("/postcard/review")).Ok().EnumerateArray()).GetProperty("id").GetString());
        var decided = (await _admin.PostAsync($"/postcard/card/{id}/approve")).Ok();
        Assert.Equal($$"""{"id":"{{id}}","status":"approved"}""", decided.GetRawText());

        Assert.Equal([id], await PlazaAsync());
        Assert.Empty((await _admin.GetAsync("/postcard/review")).Ok().EnumerateArray());
        Assert.Equal([id], IdsOf((await _admin.GetAsync("/postcard/review?status=approved")).Ok()));
        await _server.RestartAsync();
        Assert.Equal([id], await PlazaAsync());
        Assert.Equal("approved", await StatusAsync(id));
    }

    [Fact]
    public async Task ApprovedCard_EditedOrTakenOff_LeavesThePlaza()
    {
        var (edited, taken, saved) = (await MakeAsync(), await MakeAsync(), await MakeAsync());
        foreach (var id in new[] { edited, taken, saved })
        {
            (await _admin.PostAsync($"/postcard/card/{id}/approve")).Ok();
        }

        Assert.Equal("pending", (await _alice.PutAsync($"/postcard/card/{edited}", """{"content":"other"}""")).Ok().GetProperty("status").GetString());
        Assert.Equal("none", (await _alice.PutAsync($"/postcard/card/{taken}", """{"plaza":false}""")).Ok().GetProperty("status").GetString());
        Assert.Equal("approved", (await _alice.PutAsync($"/postcard/card/{saved}", """{"title":"t","content":"x","plaza":true}""")).Ok().GetProperty("status").GetString());
        Assert.Equal([saved], await PlazaAsync());
    }

    [Fact]
    public async Task ApprovedCard_WithAnotherPicture_IsPending()
    {
        var id = await MakeWithMediaAsync();
        (await _admin.PostAsync($"/postcard/card/{id}/approve")).Ok();
        (await _alice.UploadAsync("image", Samples.Picture(seed: 2))).Ok();
        Assert.Equal("pending", (await _alice.PutAsync($"/postcard/card/{id}", """{"img":true}""")).Ok().GetProperty("status").GetString());
    }

    [Fact]
    public async Task Decision_AboutACardThatWasEditedMeanwhile_IsNotMade()
    {
        var id = await MakeAsync();
        var seen = (await _admin.GetAsync("/postcard/review")).Ok()[0].GetProperty("updated").GetString();
        (await _alice.PutAsync($"/postcard/card/{id}", """{"content":"quickly changed"}""")).Ok();

        (await _admin.PostAsync($"/postcard/card/{id}/approve", $$"""{"updated":"{{seen}}"}""")).Refused(409, "conflict");
        Assert.Equal("pending", await StatusAsync(id));
        (await _admin.PostAsync($"/postcard/card/{id}/approve", """{"updated":"yesterday"}""")).Refused(422, "invalid_field");
        seen = (await _admin.GetAsync("/postcard/review")).Ok()[0].GetProperty("updated").GetString();
        (await _admin.PostAsync($"/postcard/card/{id}/approve", $$"""{"updated":"{{seen}}"}""")).Ok();
        Assert.Equal("approved", await StatusAsync(id));
    }

    [Fact]
    public async Task Decision_AboutACardThatSomebodyElseDecidedMeanwhile_IsNotMade()
    {
        var id = await MakeAsync();
        var seen = (await _admin.GetAsync("/postcard/review")).Ok()[0];
        var body = $$"""{"updated":"{{seen.GetProperty("updated").GetString()}}","status":"{{seen.GetProperty("status").GetString()}}"}""";
        (await _admin.PostAsync($"/postcard/card/{id}/reject", """{"reason":"no"}""")).Ok();

        (await _admin.PostAsync($"/postcard/card/{id}/approve", body)).Refused(409, "conflict");
        Assert.Equal("rejected", await StatusAsync(id));
        (await _admin.PostAsync($"/postcard/card/{id}/approve", """{"status":"fine"}""")).Refused(422, "invalid_field");
        (await _admin.PostAsync($"/postcard/card/{id}/reject", """{"reason":"no","status":"pending"}""")).Refused(409, "conflict");
        (await _admin.PostAsync($"/postcard/card/{id}/approve", """{"status":"rejected"}""")).Ok();
        Assert.Equal([id], await PlazaAsync());
    }

    [Fact]
    public async Task EditsAndDecisions_AtTheSameTime_NeverPublishWhatNobodySaw()
    {
        var id = await MakeAsync();
        for (var round = 0; round < 20; round++)
        {
            var seen = (await _admin.GetAsync($"/postcard/card/{id}")).Ok();
            var edit = _alice.PutAsync($"/postcard/card/{id}", $$"""{"content":"version {{round}}"}""");
            var decision = round % 2 == 0
                ? _admin.PostAsync($"/postcard/card/{id}/approve", $$"""{"updated":"{{seen.GetProperty("updated").GetString()}}"}""")
                : _admin.PostAsync($"/postcard/card/{id}/reject", """{"reason":"no"}""");
            Assert.NotEqual(HttpStatusCode.InternalServerError, (await edit).Status);
            Assert.NotEqual(HttpStatusCode.InternalServerError, (await decision).Status);

            Assert.NotEqual("approved", await StatusAsync(id));
            Assert.Empty(await PlazaAsync());
        }

        await _server.AgreesAsync();
    }

    [Fact]
    public async Task Review_IsForAdminsAndShowsNobodysOpenid()
    {
        await MakeWithMediaAsync();
        var id = await MakeAsync();
        (await _bob.PostAsync($"/postcard/card/{id}/report", """{"reason":"广告"}""")).Ok();
        foreach (var phone in new[] { _alice, _bob })
        {
            (await phone.GetAsync("/postcard/review")).Refused(403, "forbidden");
            (await phone.PostAsync($"/postcard/card/{id}/approve")).Refused(403, "forbidden");
            (await phone.PostAsync($"/postcard/card/{id}/reject", """{"reason":"x"}""")).Refused(403, "forbidden");
            (await phone.PostAsync($"/postcard/card/{id}/remove")).Refused(403, "forbidden");
        }

        (await _server.Stranger().GetAsync("/postcard/review")).Refused(401, "unauthorized");
        foreach (var path in new[] { "/control/user", "/control/card", $"/control/card/{id}", "/control/stats", "/control/audit" })
        {
            (await _admin.GetAsync(path)).Refused(404, "not_found");
        }

        Reply[] replies =
        [
            await _admin.GetAsync("/postcard/review"), await _admin.GetAsync("/postcard/review?reported=1"), await _admin.GetAsync($"/postcard/card/{id}"),
            await _admin.PostAsync($"/postcard/card/{id}/reject", """{"reason":"no"}"""), await _admin.GetAsync("/postcard/review?status=rejected"),
            await _admin.PostAsync($"/postcard/card/{id}/approve"), await _admin.PostAsync($"/postcard/card/{id}/remove", """{"reason":"no"}"""),
        ];
        Assert.All(replies, reply =>
        {
            reply.Ok();
            var text = Encoding.UTF8.GetString(reply.Body);
            Assert.DoesNotContain("oAlice", text, StringComparison.Ordinal);
            Assert.DoesNotContain("oBob", text, StringComparison.Ordinal);
            Assert.DoesNotContain("openid", text, StringComparison.Ordinal);
        });
        Assert.Equal("广告", replies[1].Ok()[0].GetProperty("complaints")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Queue_InPages_ShowsEachCardOnceInEitherOrder()
    {
        var ids = new List<string>();
        for (var i = 0; i < 11; i++)
        {
            ids.Insert(0, await MakeAsync());
        }

        var pages = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var reply = await _admin.GetAsync($"/postcard/review?limit=4{(cursor.Length == 0 ? "" : $"&cursor={cursor}")}");
            pages.AddRange(IdsOf(reply.Ok()));
            cursor = reply.Next;
        }

        Assert.Equal(ids, pages);
        ids.Reverse();
        var first = await _admin.GetAsync("/postcard/review?order=oldest&limit=6");
        var second = await _admin.GetAsync($"/postcard/review?order=oldest&limit=6&cursor={first.Next}");
        Assert.Equal(ids, [.. IdsOf(first.Ok()), .. IdsOf(second.Ok())]);
        Assert.Null(second.Next);
        Assert.All(first.Ok().EnumerateArray(), card => Assert.False(card.GetProperty("checking").GetBoolean()));
        (await _admin.GetAsync("/postcard/review?order=random")).Refused(422, "invalid_field");
        (await _admin.GetAsync("/postcard/review?order=oldest&reported=1")).Refused(422, "invalid_field");
        (await _admin.GetAsync("/postcard/review?status=none")).Refused(422, "invalid_field");
    }

    [Fact]
    public async Task Remove_ByAnAdmin_TakesTheMediaWithIt()
    {
        var id = await MakeWithMediaAsync();
        (await _admin.DeleteAsync($"/postcard/card/{id}")).Refused(403, "forbidden");
        (await _admin.PostAsync($"/postcard/card/{id}/remove")).Ok();
        (await _alice.GetAsync($"/postcard/card/{id}")).Refused(404, "not_found");
        (await _admin.PostAsync($"/postcard/card/{id}/remove")).Refused(404, "not_found");
        (await _admin.PostAsync($"/postcard/card/{id}/approve")).Refused(404, "not_found");
        Assert.Equal(0, (await _alice.GetAsync("/postcard/access")).Ok().GetProperty("usage").GetProperty("bytes").GetInt64());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_server.Settings.Data, "users"), "*.*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"reason":"  "}""")]
    public async Task Reject_WithoutAReason_IsRefused(string body) =>
        (await _admin.PostAsync($"/postcard/card/{await MakeAsync()}/reject", body)).Refused(422, "invalid_field");

    private async Task<string> MakeAsync() =>
        (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","plaza":true}""")).Ok().GetProperty("id").GetString()!;

    private async Task<string> MakeWithMediaAsync()
    {
        (await _alice.UploadAsync("image", Samples.Picture(64, 48))).Ok();
        (await _alice.UploadAsync("audio", Samples.Wav(0.2))).Ok();
        return (await _alice.PostAsync("/postcard/card", """{"title":"t","img":true,"audio":true,"plaza":true}""")).Ok().GetProperty("id").GetString()!;
    }

    private async Task<string?> StatusAsync(string id) => (await _alice.GetAsync($"/postcard/card/{id}")).Ok().GetProperty("status").GetString();

    private async Task<string[]> PlazaAsync() => IdsOf((await _server.Stranger().GetAsync("/postcard/plaza")).Ok());

    private static string[] IdsOf(JsonElement list) => [.. list.EnumerateArray().Select(card => card.GetProperty("id").GetString()!)];
}

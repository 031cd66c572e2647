using System.Net;
using System.Text.Json;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed class CardsTests : IAsyncLifetime
{
    private PostcardServer _server = null!;
    private Phone _alice = null!, _bob = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostcardServer.StartAsync(new Settings { Admins = ["admin"] });
        (_alice, _bob) = (await _server.LogInAsync("oAlice"), await _server.LogInAsync("oBob"));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Card_FromOwnUploads_OpensForWhoHoldsTheLink()
    {
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        (await _alice.UploadAsync("audio", Samples.Wav())).Ok();
        var made = (await _alice.PostAsync("/postcard/card", """{"title":"你好","from":"爱丽丝","to":"鲍勃","content":"见字如面","img":true,"audio":1}""")).Ok();
        var id = made.GetProperty("id").GetString()!;
        Assert.Matches("^[0-9a-z]{12,28}$", id);

        var card = (await _server.Stranger().GetAsync($"/postcard/card/{id}")).Ok();
        Assert.Equal("见字如面", card.GetProperty("content").GetString());
        Assert.True(card.GetProperty("with_img").GetBoolean());
        Assert.False(card.GetProperty("mine").GetBoolean());
        Assert.False(card.TryGetProperty("wx_openid", out _));
        Assert.Equal("oAlice", made.GetProperty("wx_openid").GetString());

        var image = await _server.Stranger().GetAsync(card.GetProperty("image").GetString()!);
        Assert.Equal("image/jpeg", image.ContentHeaders.ContentType!.MediaType);
        Assert.Equal("audio/mpeg", (await _server.Stranger().GetAsync(card.GetProperty("audio").GetString()!)).ContentHeaders.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.OK, (await _server.Stranger().GetAsync(card.GetProperty("mini_image").GetString()!)).Status);
        (await _alice.PostAsync("/postcard/card", """{"title":"again","content":"x","img":true}""")).Refused(409, "no_upload");
    }

    [Fact]
    public async Task Card_Always_HasTheFieldsOfTheContract()
    {
        await _alice.PutAsync("/postcard/access", """{"wx_name":"小丽"}""");
        var card = (await _alice.PostAsync("/postcard/card", """{"title":" 标题 ","content":"正文"}""")).Ok();

        Assert.Equal(
            "id title from to content wx_name with_img with_audio image mini_image audio template audio_template plaza status created updated mine saved wx_openid",
            string.Join(' ', card.EnumerateObject().Select(field => field.Name)));
        Assert.Equal("标题", card.GetProperty("title").GetString());
        Assert.Equal("", card.GetProperty("from").GetString());
        Assert.Equal("小丽", card.GetProperty("wx_name").GetString());
        Assert.Equal(JsonValueKind.False, card.GetProperty("with_img").ValueKind);
        Assert.Equal(JsonValueKind.Null, card.GetProperty("image").ValueKind);
        Assert.Equal(JsonValueKind.Null, card.GetProperty("template").ValueKind);
        Assert.Equal("none", card.GetProperty("status").GetString());
        Assert.EndsWith("Z", card.GetProperty("created").GetString(), StringComparison.Ordinal);
        Assert.True(card.GetProperty("mine").GetBoolean());
    }

    [Theory]
    [InlineData("""{"content":"x"}""", "title")]
    [InlineData("""{"title":"","content":"x"}""", "title")]
    [InlineData("""{"title":"   ","content":"x"}""", "title")]
    [InlineData("""{"title":"t"}""", "content")]
    [InlineData("""{"title":"t","content":"  "}""", "content")]
    [InlineData("""{"title":"t","content":"x","from":"0123456789012345678901234567890123456789012345678901"}""", "from")]
    [InlineData("""{"title":"t","content":"x","to":"0123456789012345678901234567890123456789012345678901"}""", "to")]
    [InlineData("""{"title":"t\u0007","content":"x"}""", "title")]
    [InlineData("""{"title":"t","content":"\u0000"}""", "content")]
    [InlineData("""{"title":"t","content":"\ud83d"}""", "content")]
    [InlineData("""{"title":{},"content":"x"}""", "title")]
    [InlineData("""{"title":"t","content":"x","img":"maybe"}""", "img")]
    [InlineData("""{"title":"t","content":"x","plaza":7}""", "plaza")]
    [InlineData("""{"title":"t","content":"x","template":"abc"}""", "template")]
    [InlineData("""{"title":"t","content":"x","img":true,"template":1}""", "template")]
    [InlineData("""{"title":"t","audio":true,"audio_template":1}""", "audio_template")]
    public async Task Create_WithAFieldThatIsRefused_NamesIt(string body, string field)
    {
        var reply = (await _alice.PostAsync("/postcard/card", body)).Refused(422, "invalid_field");
        Assert.Contains(field, reply.Msg, StringComparison.Ordinal);
        Assert.Equal(0, (await _alice.GetAsync("/postcard/home")).Ok().GetArrayLength());
    }

    [Theory]
    [InlineData(100, 5000, 200)]
    [InlineData(101, 5000, 422)]
    [InlineData(100, 5001, 422)]
    public async Task Create_AtTheLimitsOfLength_CountsUtf16Units(int title, int content, int status)
    {
        // A pair of surrogates counts as two, as in JavaScript.
        var body = JsonSerializer.Serialize(new { title = new string('题', title - 2) + "😀", content = new string('文', content) });
        Assert.Equal(status, (int)(await _alice.PostAsync("/postcard/card", body)).Status);
    }

    [Fact]
    public async Task Create_WithFieldsAsFrontEndsSendThem_TakesWhatTheyMean()
    {
        var card = (await _alice.PostAsync(
            "/postcard/card", """{"title":12,"from":null,"content":"a\r\nb","img":"false","audio":"0","template":"","plaza":"1","unknown":[1]}""")).Ok();
        Assert.Equal("12", card.GetProperty("title").GetString());
        Assert.Equal("a\nb", card.GetProperty("content").GetString());
        Assert.True(card.GetProperty("plaza").GetBoolean());
        Assert.Equal("approved", card.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Create_AskingForUploadsOfWhichOneIsMissing_TakesNothing()
    {
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true,"audio":true}""")).Refused(409, "no_upload");
        var card = (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true}""")).Ok();
        Assert.True(card.GetProperty("with_img").GetBoolean());
    }

    [Fact]
    public async Task Create_RepeatedWithItsKey_AnswersWithTheFirstCard()
    {
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        var key = ("Idempotency-Key", "draft 1");
        const string body = """{"title":"t","content":"x","img":true}""";
        var first = (await _alice.PostAsync("/postcard/card", body, key)).Ok();
        var second = (await _alice.PostAsync("/postcard/card", body, key)).Ok();
        await _server.RestartAsync();
        var third = (await _alice.PostAsync("/postcard/card", body, key)).Ok();

        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("id").GetString());
        Assert.Equal(first.GetProperty("id").GetString(), third.GetProperty("id").GetString());
        (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"y"}""", key)).Refused(409, "conflict");
        Assert.NotEqual(first.GetProperty("id").GetString(), (await _bob.PostAsync("/postcard/card", """{"title":"t","content":"x"}""", key)).Ok().GetProperty("id").GetString());
        Assert.Equal(1, (await _alice.GetAsync("/postcard/home")).Ok().GetArrayLength());
    }

    [Fact]
    public async Task Create_RepeatedWithItsKeyADayLater_MakesAnotherCard()
    {
        var time = new ManualTime();
        await using var server = await PostcardServer.StartAsync(time: time);
        var alice = await server.LogInAsync("oAlice");
        var first = await MakeAsync();
        time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(first, await MakeAsync());
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.NotEqual(first, await MakeAsync());

        async Task<string?> MakeAsync() =>
            (await alice.PostAsync("/postcard/card", """{"title":"t","content":"x"}""", ("Idempotency-Key", "k"))).Ok().GetProperty("id").GetString();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_RepeatedManyTimesAtOnceWithOneKey_MakesOneCard(bool image)
    {
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        var body = $$"""{"title":"t","content":"x","img":{{(image ? "true" : "false")}}}""";
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _alice.PostAsync("/postcard/card", body, ("Idempotency-Key", "same"))));
        Assert.Single(replies.Select(reply => reply.Ok().GetProperty("id").GetString()).Distinct());
        Assert.Equal(1, (await _alice.GetAsync("/postcard/home")).Ok().GetArrayLength());
    }

    [Fact]
    public async Task Create_ManyAtOnceWithOneUpload_GivesItToOne()
    {
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true}""")));
        Assert.Single(replies, reply => reply.Status == HttpStatusCode.OK);
        Assert.All(replies.Where(reply => reply.Status != HttpStatusCode.OK), reply => reply.Refused(409, "no_upload"));
    }

    [Fact]
    public async Task FailedCreate_WithAKey_IsNotRemembered()
    {
        var key = ("Idempotency-Key", "k");
        (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true}""", key)).Refused(409, "no_upload");
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true}""", key)).Ok();
    }

    [Theory]
    [InlineData("")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public async Task Create_WithAKeyThatIsNone_IsABadRequest(string key)
    {
        var reply = await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x"}""", ("Idempotency-Key", key));
        reply.Refused(400, "bad_request");
    }

    [Fact]
    public async Task Edit_LeavingFieldsOut_KeepsThem()
    {
        var id = await MakeWithImageAsync();
        var before = (await _alice.GetAsync($"/postcard/card/{id}")).Ok();
        var after = (await _alice.PutAsync($"/postcard/card/{id}", """{"content":"new"}""")).Ok();
        Assert.Equal("new", after.GetProperty("content").GetString());
        Assert.Equal(before.GetProperty("title").GetString(), after.GetProperty("title").GetString());
        Assert.Equal(before.GetProperty("image").GetString(), after.GetProperty("image").GetString());
        Assert.Equal(before.GetProperty("created").GetString(), after.GetProperty("created").GetString());
        Assert.True(string.CompareOrdinal(after.GetProperty("updated").GetString(), before.GetProperty("updated").GetString()) > 0);
        Assert.Equal("new", (await _server.Stranger().GetAsync($"/postcard/card/{id}")).Ok().GetProperty("content").GetString());
    }

    [Fact]
    public async Task Edit_WithTheIdInTheBody_ChangesThatCard()
    {
        var id = await MakeWithImageAsync();
        Assert.Equal("t2", (await _alice.PutAsync("/postcard/card", $$"""{"id":"{{id}}","title":"t2"}""")).Ok().GetProperty("title").GetString());
    }

    [Fact]
    public async Task Edit_ResendingTheWholeForm_KeepsTheImageUntilAnUploadWaits()
    {
        var id = await MakeWithImageAsync();
        const string form = """{"title":"t","from":"","to":"","content":"x","img":true,"audio":false,"plaza":false}""";
        var before = (await _alice.GetAsync($"/postcard/card/{id}")).Ok().GetProperty("image").GetString();
        Assert.Equal(before, (await _alice.PutAsync($"/postcard/card/{id}", form)).Ok().GetProperty("image").GetString());

        (await _alice.UploadAsync("image", Samples.Picture(seed: 2))).Ok();
        var after = (await _alice.PutAsync($"/postcard/card/{id}", form)).Ok().GetProperty("image").GetString();
        Assert.NotEqual(before, after);
        var (old, current) = (await _alice.GetAsync(before!), await _alice.GetAsync(after!));
        Assert.Equal(current.Body, old.Body);
    }

    [Fact]
    public async Task Edit_WithTheSamePictureAgain_KeepsItsFile()
    {
        var id = await MakeWithImageAsync();
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        var card = (await _alice.PutAsync($"/postcard/card/{id}", """{"img":true}""")).Ok();
        Assert.Equal(HttpStatusCode.OK, (await _alice.GetAsync(card.GetProperty("image").GetString()!)).Status);
        Assert.Equal(HttpStatusCode.OK, (await _alice.GetAsync(card.GetProperty("mini_image").GetString()!)).Status);
    }

    [Fact]
    public async Task Edit_WithImgFalse_RemovesTheOwnImage()
    {
        var id = await MakeWithImageAsync();
        var image = (await _alice.GetAsync($"/postcard/card/{id}")).Ok().GetProperty("image").GetString()!;
        Assert.False((await _alice.PutAsync($"/postcard/card/{id}", """{"img":false}""")).Ok().GetProperty("with_img").GetBoolean());
        (await _alice.GetAsync(image)).Refused(404, "not_found");
        (await _alice.PutAsync($"/postcard/card/{id}", """{"img":true}""")).Refused(409, "no_upload");
    }

    [Fact]
    public async Task EditAndDelete_ByAnotherUser_AreForbidden()
    {
        var id = await MakeWithImageAsync();
        (await _bob.PutAsync($"/postcard/card/{id}", """{"title":"mine"}""")).Refused(403, "forbidden");
        (await _bob.DeleteAsync($"/postcard/card/{id}")).Refused(403, "forbidden");
        (await _server.Stranger().DeleteAsync($"/postcard/card/{id}")).Refused(401, "unauthorized");
        (await _server.Stranger().GetAsync($"/postcard/card/{id}")).Ok();
    }

    [Fact]
    public async Task Delete_ByItsOwner_TakesTheMediaWithIt()
    {
        var id = await MakeWithImageAsync();
        var image = (await _alice.GetAsync($"/postcard/card/{id}")).Ok().GetProperty("mini_image").GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await _alice.GetAsync(image)).Status);
        (await _alice.DeleteAsync($"/postcard/card/{id}")).Ok();
        (await _alice.GetAsync($"/postcard/card/{id}")).Refused(404, "not_found");
        (await _alice.GetAsync(image)).Refused(404, "not_found");
        (await _alice.DeleteAsync($"/postcard/card/{id}")).Refused(404, "not_found");
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_server.Settings.Data, "users"), "*.jpg", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("undefined", 400)]
    [InlineData("ABCDEFGHIJKLMNOPQRST", 400)]
    [InlineData("aaaaaaaaaaaa", 404)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaa", 404)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 400)]
    public async Task Open_WithAnIdThatIsNone_SaysWhether(string id, int status)
    {
        (await _alice.GetAsync($"/postcard/card/{id}")).Refused(status, status == 400 ? "bad_request" : "not_found");
        (await _alice.GetAsync($"/postcard/image/{id}")).Refused(status, status == 400 ? "bad_request" : "not_found");
    }

    [Theory]
    [InlineData("undefined")]
    [InlineData("null")]
    [InlineData("pc_0000000000000000000000000000000000000000000")]
    [InlineData("nobody")]
    public async Task Open_WithAStaleToken_CountsAsAStranger(string token)
    {
        var id = await MakeWithImageAsync();
        var card = (await new Phone(_server, token).GetAsync($"/postcard/card/{id}")).Ok();
        Assert.False(card.GetProperty("mine").GetBoolean());
        (await new Phone(_server, token).GetAsync("/postcard/home")).Refused(401, "unauthorized");
    }

    [Fact]
    public async Task Report_Twice_IsOneComplaint()
    {
        var id = await MakeWithImageAsync();
        (await _bob.PostAsync($"/postcard/card/{id}/report", """{"reason":"不合适"}""")).Ok();
        (await _bob.PostAsync($"/postcard/card/{id}/report", """{"reason":"再次"}""")).Ok();
        (await _bob.PostAsync($"/postcard/card/{id}/report")).Ok();
        (await _bob.PostAsync("/postcard/card/aaaaaaaaaaaa/report", "{}")).Refused(404, "not_found");
        (await _server.Stranger().PostAsync($"/postcard/card/{id}/report", "{}")).Refused(401, "unauthorized");
    }

    [Fact]
    public async Task Create_ByManyAtOnce_GivesStrictlyIncreasingTimes()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => _alice.PostAsync("/postcard/card", $$"""{"title":"{{i}}","content":"x"}""")));
        var home = (await _alice.GetAsync("/postcard/home")).Ok().EnumerateArray().ToList();
        Assert.Equal(replies.Length, home.Count);
        var times = home.ConvertAll(card => card.GetProperty("created").GetString()!);
        Assert.Equal(times.OrderByDescending(time => time, StringComparer.Ordinal), times);
        Assert.Equal(times.Count, times.Distinct().Count());
    }

    private async Task<string> MakeWithImageAsync()
    {
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        return (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true}""")).Ok().GetProperty("id").GetString()!;
    }
}

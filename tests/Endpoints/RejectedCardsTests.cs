using System.Net;
using System.Text.Json;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

/// <summary>Who sees a card that was rejected, and who may keep copies of media.</summary>
public sealed class RejectedCardsTests : IAsyncLifetime
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
    public async Task RejectedCard_IsThereForItsOwnerAndAdminsOnly()
    {
        var id = await MakeAsync();
        (await _bob.PostAsync($"/postcard/saved/{id}")).Ok();
        (await _alice.PostAsync($"/postcard/saved/{id}")).Ok();
        (await _admin.PostAsync($"/postcard/card/{id}/reject", """{"reason":"含有\"广告\""}""")).Ok();

        (await _bob.GetAsync($"/postcard/card/{id}")).Refused(404, "not_found");
        (await _server.Stranger().GetAsync($"/postcard/card/{id}")).Refused(404, "not_found");
        Assert.Equal(HttpStatusCode.NotFound, (await _bob.SendAsync(HttpMethod.Head, $"/postcard/card/{id}", null)).Status);
        (await _bob.PutAsync($"/postcard/card/{id}", """{"title":"x"}""")).Refused(404, "not_found");
        (await _bob.DeleteAsync($"/postcard/card/{id}")).Refused(404, "not_found");
        (await _bob.PostAsync($"/postcard/card/{id}/report", "{}")).Refused(404, "not_found");
        (await _bob.PostAsync($"/postcard/saved/{id}")).Refused(404, "not_found");
        (await _admin.PostAsync($"/postcard/saved/{id}")).Refused(404, "not_found");
        Assert.Equal($$"""[{"id":"{{id}}","gone":true}]""", (await _bob.GetAsync("/postcard/saved")).Ok().GetRawText());
        Assert.Empty(await PlazaAsync());

        var own = (await _alice.GetAsync($"/postcard/card/{id}")).Ok();
        Assert.Equal(("rejected", "含有\"广告\""), (own.GetProperty("status").GetString(), own.GetProperty("reason").GetString()));
        foreach (var list in new[] { "/postcard/home", "/postcard/saved" })
        {
            Assert.Equal("含有\"广告\"", Assert.Single((await _alice.GetAsync(list)).Ok().EnumerateArray()).GetProperty("reason").GetString());
        }

        Assert.False((await _admin.GetAsync($"/postcard/card/{id}")).Ok().TryGetProperty("reason", out _));
    }

    [Fact]
    public async Task RejectedCard_Edited_WaitsAndIsThereAgainOnceItIsApproved()
    {
        var id = await MakeWithMediaAsync();
        var path = (await _bob.GetAsync($"/postcard/card/{id}")).Ok().GetProperty("image").GetString()!;
        (await _admin.PostAsync($"/postcard/card/{id}/reject", """{"reason":"no"}""")).Ok();
        Assert.Equal("rejected", (await _alice.PutAsync($"/postcard/card/{id}", """{"plaza":false}""")).Ok().GetProperty("status").GetString());
        var edited = (await _alice.PutAsync($"/postcard/card/{id}", """{"content":"better"}""")).Ok();
        Assert.Equal("pending", edited.GetProperty("status").GetString());
        Assert.False(edited.TryGetProperty("reason", out _));
        Assert.Equal("pending", (await _alice.PutAsync($"/postcard/card/{id}", """{"plaza":true}""")).Ok().GetProperty("status").GetString());
        Assert.Equal("pending", (await _alice.PutAsync($"/postcard/card/{id}", """{"plaza":false}""")).Ok().GetProperty("status").GetString());
        await IsHiddenAsync(id, path);
        await _server.RestartAsync();
        await IsHiddenAsync(id, path);

        Assert.Equal("none", (await _admin.PostAsync($"/postcard/card/{id}/approve")).Ok().GetProperty("status").GetString());
        (await _bob.GetAsync($"/postcard/card/{id}")).Ok();
        Assert.Equal(HttpStatusCode.OK, (await _bob.GetAsync(path)).Status);
        Assert.Equal("none", (await _alice.PutAsync($"/postcard/card/{id}", """{"content":"best"}""")).Ok().GetProperty("status").GetString());
        (await _bob.GetAsync($"/postcard/card/{id}")).Ok();
        Assert.Empty(await PlazaAsync());
    }

    [Theory]
    [InlineData("image")]
    [InlineData("mini_image")]
    [InlineData("audio")]
    public async Task MediaOfARejectedCard_NeedTheOwnersTokenOrASignedLink(string kind)
    {
        var id = await MakeWithMediaAsync();
        var path = (await _alice.GetAsync($"/postcard/card/{id}")).Ok().GetProperty(kind).GetString()!;
        Assert.True((await _bob.GetAsync(path)).Headers.CacheControl is { Private: true, Public: false, NoStore: false });
        var body = (await _bob.GetAsync(path)).Body;
        (await _admin.PostAsync($"/postcard/card/{id}/reject", """{"reason":"no"}""")).Ok();

        foreach (var phone in new[] { _bob, _server.Stranger(), new Phone(_server, "nobody") })
        {
            (await phone.GetAsync(path)).Refused(404, "not_found");
            (await phone.GetAsync(path, ("Range", "bytes=0-9"))).Refused(404, "not_found");
            (await phone.GetAsync(path, ("If-None-Match", "*"))).Refused(404, "not_found");
            Assert.Equal(HttpStatusCode.NotFound, (await phone.SendAsync(HttpMethod.Head, path, null)).Status);
        }

        foreach (var phone in new[] { _alice, _admin })
        {
            var reply = await phone.GetAsync(path);
            Assert.Equal(body, reply.Body);
            Assert.True(reply.Headers.CacheControl is { Private: true, NoStore: true, Public: false });
            Assert.Equal(HttpStatusCode.PartialContent, (await phone.GetAsync(path, ("Range", "bytes=0-9"))).Status);
        }

        // As <image src> and players have to, without a token.
        foreach (var list in new[] { await _alice.GetAsync($"/postcard/card/{id}"), await _admin.GetAsync($"/postcard/card/{id}") })
        {
            var signed = await _server.Stranger().GetAsync(list.Ok().GetProperty(kind).GetString()!);
            Assert.Equal(body, signed.Body);
            Assert.True(signed.Headers.CacheControl is { NoStore: true });
        }

        Assert.Equal(body, (await _server.Stranger().GetAsync((await _alice.GetAsync("/postcard/home")).Ok()[0].GetProperty(kind).GetString()!)).Body);
    }

    [Fact]
    public async Task MediaOfAnApprovedCard_MayBeKeptByAll()
    {
        var id = await MakeWithMediaAsync();
        (await _admin.PostAsync($"/postcard/card/{id}/approve")).Ok();
        var path = (await _bob.GetAsync($"/postcard/card/{id}")).Ok().GetProperty("image").GetString()!;
        Assert.True((await _bob.GetAsync(path)).Headers.CacheControl is { Public: true, Private: false });
        Assert.True((await _bob.GetAsync(path.Split('?')[0])).Headers.CacheControl is { NoCache: true, Private: false });
    }

    /// <summary>From others; its owner and admins see it, and its picture by a signed link.</summary>
    private async Task IsHiddenAsync(string id, string path)
    {
        (await _bob.GetAsync($"/postcard/card/{id}")).Refused(404, "not_found");
        (await _bob.PostAsync($"/postcard/saved/{id}")).Refused(404, "not_found");
        (await _bob.PostAsync($"/postcard/card/{id}/report", "{}")).Refused(404, "not_found");
        (await _bob.PutAsync($"/postcard/card/{id}", """{"title":"x"}""")).Refused(404, "not_found");
        (await _bob.GetAsync(path)).Refused(404, "not_found");
        foreach (var phone in new[] { _alice, _admin })
        {
            var signed = await _server.Stranger().GetAsync((await phone.GetAsync($"/postcard/card/{id}")).Ok().GetProperty("image").GetString()!);
            Assert.Equal(HttpStatusCode.OK, signed.Status);
            Assert.True(signed.Headers.CacheControl is { Private: true, NoStore: true });
        }
    }

    private async Task<string> MakeAsync() =>
        (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","plaza":true}""")).Ok().GetProperty("id").GetString()!;

    private async Task<string> MakeWithMediaAsync()
    {
        (await _alice.UploadAsync("image", Samples.Picture(64, 48))).Ok();
        (await _alice.UploadAsync("audio", Samples.Wav(0.2))).Ok();
        return (await _alice.PostAsync("/postcard/card", """{"title":"t","img":true,"audio":true,"plaza":true}""")).Ok().GetProperty("id").GetString()!;
    }

    private async Task<string[]> PlazaAsync() => IdsOf((await _server.Stranger().GetAsync("/postcard/plaza")).Ok());

    private static string[] IdsOf(JsonElement list) => [.. list.EnumerateArray().Select(card => card.GetProperty("id").GetString()!)];
}

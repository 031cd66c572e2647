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
}

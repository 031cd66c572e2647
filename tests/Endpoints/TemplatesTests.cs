using System.Net;
using System.Text.Json;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed class TemplatesTests : IAsyncLifetime
{
    private PostcardServer _server = null!;
    private Phone _admin = null!, _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostcardServer.StartAsync(new Settings { Admins = ["oAdmin"] });
        (_admin, _alice) = (await _server.LogInAsync("oAdmin"), await _server.LogInAsync("oAlice"));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Template_Added_IsListedAndFetchedAsItsPathsSay()
    {
        var id = await AddAsync("春", audio: true);
        var listed = (await _server.Stranger().GetAsync("/postcard/template")).Ok()[0];
        var shown = (await _alice.GetAsync($"/postcard/template/{id}")).Ok();
        Assert.Equal(listed.GetRawText(), shown.GetRawText());
        Assert.Equal("春", shown.GetProperty("title").GetString());
        Assert.True(shown.GetProperty("with_audio").GetBoolean());
        foreach (var path in new[] { shown.GetProperty("image").GetProperty("large"), shown.GetProperty("image").GetProperty("small"), shown.GetProperty("audio") })
        {
            Assert.Equal(HttpStatusCode.OK, (await _server.Stranger().GetAsync(path.GetString()!)).Status);
        }

        Assert.Equal(HttpStatusCode.OK, (await _server.Stranger().GetAsync($"/postcard/template/{id}?target=image")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _server.Stranger().GetAsync($"/postcard/template/{id}?target=image&size=small")).Status);
        (await _server.Stranger().GetAsync($"/postcard/template/{id}")).Refused(401, "unauthorized");
        (await _alice.GetAsync($"/postcard/template/{id}?target=image&size=huge")).Refused(422, "invalid_field");
        (await _alice.GetAsync($"/postcard/template/{id}?target=video")).Refused(422, "invalid_field");
        (await _alice.GetAsync("/postcard/template/999")).Refused(404, "not_found");
        (await _alice.GetAsync("/postcard/template/x")).Refused(400, "bad_request");
    }

    [Fact]
    public async Task Templates_InPages_ComeByTheirIds()
    {
        for (var i = 0; i < 5; i++)
        {
            await AddAsync($"t{i}");
        }

        var first = await _alice.GetAsync("/postcard/template?limit=2");
        var second = await _alice.GetAsync($"/postcard/template?limit=2&cursor={first.Next}");
        var third = await _alice.GetAsync($"/postcard/template?limit=2&cursor={second.Next}");
        Assert.Equal(["t0", "t1", "t2", "t3", "t4"], new[] { first, second, third }.SelectMany(page => page.Ok().EnumerateArray()).Select(each => each.GetProperty("title").GetString()));
        Assert.Null(third.Next);
    }

    [Fact]
    public async Task Management_ByOthersThanAdmins_IsForbidden()
    {
        var id = await AddAsync("t");
        (await SendAsync(_alice, HttpMethod.Post, "/postcard/template", "x")).Refused(403, "forbidden");
        (await SendAsync(_server.Stranger(), HttpMethod.Post, "/postcard/template", "x")).Refused(401, "unauthorized");
        (await _alice.PutAsync($"/postcard/template/{id}", """{"title":"x"}""")).Refused(403, "forbidden");
        (await _alice.DeleteAsync($"/postcard/template/{id}")).Refused(403, "forbidden");
    }

    [Fact]
    public async Task Card_FromATemplate_KeepsItsMediaWhateverBecomesOfTheTemplate()
    {
        var id = await AddAsync("t", audio: true);
        var card = (await _alice.PostAsync("/postcard/card", $$"""{"title":"t","content":"","img":false,"audio":false,"template":{{id}},"audio_template":"{{id}}"}""")).Ok();
        Assert.Equal(id, card.GetProperty("template").GetInt32());
        var (image, audio) = (card.GetProperty("image").GetString()!, card.GetProperty("audio").GetString()!);
        var (imageBytes, audioBytes) = ((await _alice.GetAsync(image)).Body, (await _alice.GetAsync(audio)).Body);

        (await SendAsync(_admin, HttpMethod.Put, $"/postcard/template/{id}", "changed", Samples.Picture(seed: 9))).Ok();
        Assert.Equal(imageBytes, (await _alice.GetAsync(image)).Body);
        Assert.NotEqual(imageBytes, (await _alice.GetAsync($"/postcard/template/{id}?target=image")).Body);
        (await _admin.DeleteAsync($"/postcard/template/{id}")).Ok();
        (await _alice.GetAsync($"/postcard/template/{id}")).Refused(404, "not_found");
        await _server.Service.App.Store.Orphans.SweepAsync(TimeSpan.FromSeconds(-5), TestContext.Current.CancellationToken);
        await _server.RestartAsync();
        Assert.Equal(imageBytes, (await _alice.GetAsync(image)).Body);
        Assert.Equal(audioBytes, (await _alice.GetAsync(audio)).Body);

        var form = $$"""{"title":"t2","content":"x","img":false,"audio":false,"template":{{id}},"audio_template":{{id}}}""";
        Assert.Equal(image, (await _alice.PutAsync($"/postcard/card/{card.GetProperty("id").GetString()}", form)).Ok().GetProperty("image").GetString());
        (await _alice.PostAsync("/postcard/card", form)).Refused(404, "not_found");

        (await _alice.DeleteAsync($"/postcard/card/{card.GetProperty("id").GetString()}")).Ok();
        await _server.Service.App.Store.Orphans.SweepAsync(TimeSpan.FromSeconds(-5), TestContext.Current.CancellationToken);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_server.Settings.Data, "templates"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Card_MovingBetweenTemplateAndOwnImage_HasWhatWasAskedForLast()
    {
        var (first, second) = (await AddAsync("a"), await AddAsync("b", seed: 5));
        var id = (await _alice.PostAsync("/postcard/card", $$"""{"title":"t","content":"x","template":{{first}}}""")).Ok().GetProperty("id").GetString();
        async Task<JsonElement> Edit(string body) => (await _alice.PutAsync($"/postcard/card/{id}", body)).Ok();

        Assert.Equal(first, (await Edit("""{"img":false}""")).GetProperty("template").GetInt32());
        Assert.Equal(second, (await Edit($$"""{"template":{{second}}}""")).GetProperty("template").GetInt32());
        (await _alice.UploadAsync("image", Samples.Picture(seed: 3))).Ok();
        var own = await Edit("""{"img":true}""");
        Assert.Equal(JsonValueKind.Null, own.GetProperty("template").ValueKind);
        Assert.True(own.GetProperty("with_img").GetBoolean());
        Assert.Equal(first, (await Edit($$"""{"img":false,"template":{{first}}}""")).GetProperty("template").GetInt32());
        Assert.False((await Edit("""{"template":null}""")).GetProperty("with_img").GetBoolean());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_server.Settings.Data, "users"), "*.jpg", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Card_WithTheSoundOfASilentTemplate_IsRefused()
    {
        var id = await AddAsync("silent");
        (await _alice.PostAsync("/postcard/card", $$"""{"title":"t","content":"x","audio_template":{{id}}}""")).Refused(422, "invalid_field");
    }

    [Fact]
    public async Task Add_UnlessPresent_AddsTheSameContentOnce()
    {
        var first = (await SendAsync(_admin, HttpMethod.Post, "/postcard/template", "t", Samples.Picture(), unlessPresent: true)).Ok();
        var second = (await SendAsync(_admin, HttpMethod.Post, "/postcard/template", "t", Samples.Picture(), unlessPresent: true)).Ok();
        Assert.False(first.TryGetProperty("existing", out _));
        Assert.True(second.GetProperty("existing").GetBoolean());
        Assert.Equal(first.GetProperty("id").GetInt32(), second.GetProperty("id").GetInt32());
        (await SendAsync(_admin, HttpMethod.Post, "/postcard/template", "other", Samples.Picture(), unlessPresent: true)).Ok();
        Assert.Equal(2, (await _alice.GetAsync("/postcard/template")).Ok().GetArrayLength());
    }

    [Fact]
    public async Task Add_RepeatedByItsKey_AddsOnce()
    {
        await _server.RestartAsync(settings => settings with { Admins = ["oAdmin", "oOther"] });
        var other = await _server.LogInAsync("oOther");
        async Task<JsonElement> Add(Phone admin, string key) => (await SendAsync(admin, HttpMethod.Post, "/postcard/template", "t", Samples.Picture(), key: key)).Ok();
        var first = await Add(_admin, "k");
        await _server.RestartAsync();
        var again = await Add(_admin, "k");

        Assert.False(first.TryGetProperty("existing", out _));
        Assert.True(again.GetProperty("existing").GetBoolean());
        Assert.Equal(1, again.GetProperty("id").GetInt32());
        Assert.Equal(2, (await Add(_admin, "l")).GetProperty("id").GetInt32());
        Assert.Equal(3, (await Add(other, "k")).GetProperty("id").GetInt32());
        (await _admin.DeleteAsync("/postcard/template/1")).Ok();
        Assert.Equal(4, (await Add(_admin, "k")).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task Add_OfADamagedFile_LeavesNothing()
    {
        (await SendAsync(_admin, HttpMethod.Post, "/postcard/template", "t", Samples.Picture()[..500])).Refused(422, "bad_media");
        (await SendAsync(_admin, HttpMethod.Post, "/postcard/template", "t", "text"u8.ToArray())).Refused(415, "unsupported_media");
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_server.Settings.Data, "templates")));
    }

    [Fact]
    public async Task Change_ByJson_RenamesAndSilences()
    {
        var id = await AddAsync("t", audio: true);
        var changed = (await _admin.PutAsync($"/postcard/template/{id}", """{"title":"neu","audio":null}""")).Ok();
        Assert.Equal(("neu", false), (changed.GetProperty("title").GetString(), changed.GetProperty("with_audio").GetBoolean()));
        (await _alice.GetAsync($"/postcard/template/{id}?target=audio")).Refused(404, "not_found");
    }

    private async Task<int> AddAsync(string title, bool audio = false, int seed = 1) =>
        (await SendAsync(_admin, HttpMethod.Post, "/postcard/template", title, Samples.Picture(seed: seed), audio ? Samples.Wav() : null)).Ok().GetProperty("id").GetInt32();

    private static Task<Reply> SendAsync(
        Phone phone, HttpMethod method, string path, string title, byte[]? image = null, byte[]? audio = null, bool unlessPresent = false, string? key = null)
    {
        var form = new MultipartFormDataContent { { new StringContent(title), "title" } };
        if (image is not null)
        {
            form.Add(new ByteArrayContent(image), "image", "cover.jpg");
        }

        if (audio is not null)
        {
            form.Add(new ByteArrayContent(audio), "audio", "tune.wav");
        }

        if (unlessPresent)
        {
            form.Add(new StringContent("1"), "unless_present");
        }

        return phone.SendAsync(method, path, form, key is null ? [] : [("Idempotency-Key", key)]);
    }
}

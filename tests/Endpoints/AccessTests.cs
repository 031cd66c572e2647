using System.Net;
using System.Text;
using System.Text.Json;
using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed class AccessTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private PostcardServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await PostcardServer.StartAsync(time: _time);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Login_OfAnUnknownOpenid_MakesUserAndDirectories()
    {
        var reply = await _server.Stranger().PostAsync("/postcard/access", $$"""{"code":"{{_server.WeChat.Issue("c1", "oAlice")}}"}""");
        Assert.Equal((1, 0), (reply.Json.GetProperty("new").GetInt32(), reply.Json.GetProperty("exist").GetInt32()));
        var data = reply.Ok();
        Assert.Equal("oAlice", data.GetProperty("openid").GetString());
        Assert.Equal(JsonValueKind.Null, data.GetProperty("role").ValueKind);
        Assert.Equal("", data.GetProperty("wx_name").GetString());
        Assert.Equal(_time.GetUtcNow().AddDays(30), data.GetProperty("expires").GetDateTimeOffset());
        var user = Assert.Single(Directory.GetDirectories(Path.Combine(_server.Settings.Data, "users")));
        Assert.DoesNotContain("oAlice", user, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(user, "temp")));
        Assert.DoesNotContain(FakeWeChat.SessionKey, Encoding.UTF8.GetString(reply.Body), StringComparison.Ordinal);

        var again = await _server.Stranger().PostAsync("/postcard/access", $$"""{"code":"{{_server.WeChat.Issue("c2", "oAlice")}}"}""");
        Assert.Equal((0, 1), (again.Json.GetProperty("new").GetInt32(), again.Json.GetProperty("exist").GetInt32()));
        Assert.NotEqual(data.GetProperty("token").GetString(), again.Ok().GetProperty("token").GetString());
    }

    /// <summary>Also what is refused before the handler looks at it.</summary>
    [Fact]
    public async Task Login_TooLargeOrTooOften_SaysThatNobodyLoggedIn()
    {
        await _server.RestartAsync(settings => settings with { Rates = settings.Rates with { LoginsPerMinute = 1 }, Limits = true });
        var large = (await _server.Stranger().PostAsync("/postcard/access", new string(' ', 70_000))).Refused(413, "too_large");
        var often = (await _server.Stranger().PostAsync("/postcard/access", "{}")).Refused(429, "rate_limited");
        Assert.All([large, often], reply => Assert.Equal((0, 0), (reply.Json.GetProperty("new").GetInt32(), reply.Json.GetProperty("exist").GetInt32())));
    }

    [Fact]
    public async Task Session_ThatEndedWhileTheServerWasStopped_IsNobodys()
    {
        var alice = await _server.LogInAsync("oAlice");
        await _server.StopAsync();
        _time.Advance(TimeSpan.FromDays(30));
        await _server.RestartAsync();

        (await alice.GetAsync("/postcard/home")).Refused(401, "unauthorized");
    }

    [Fact]
    public async Task Login_OfOneOpenidManyTimesAtOnce_MakesOneUser()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            i => _server.Stranger().PostAsync("/postcard/access", $$"""{"code":"{{_server.WeChat.Issue("c" + i, "oOne")}}"}""")));
        Assert.Equal(1, replies.Sum(reply => reply.Json.GetProperty("new").GetInt32()));
        Assert.All(replies, reply => reply.Ok());
        Assert.Single(Directory.GetDirectories(Path.Combine(_server.Settings.Data, "users")));
    }

    [Theory]
    [InlineData(40029, 401, "login_refused")]
    [InlineData(40163, 401, "login_refused")]
    [InlineData(40226, 403, "forbidden")]
    [InlineData(45011, 429, "rate_limited")]
    [InlineData(40013, 502, "wechat_unavailable")]
    public async Task Login_RefusedByWeChat_SaysSoInTheContractsTerms(int errcode, int status, string reason)
    {
        var code = _server.WeChat.Script("c", FakeWeChat.Error(errcode));
        var reply = (await _server.Stranger().PostAsync("/postcard/access", $$"""{"code":"{{code}}"}""")).Refused(status, reason);
        Assert.Equal((0, 0), (reply.Json.GetProperty("new").GetInt32(), reply.Json.GetProperty("exist").GetInt32()));
        Assert.Equal(status == 429, reply.Headers.RetryAfter is not null);
    }

    [Theory]
    [InlineData("""{"code":"dev:alice"}""", 401, "login_refused")]
    [InlineData("{}", 422, "invalid_field")]
    [InlineData("""{"code":""}""", 422, "invalid_field")]
    [InlineData("[]", 400, "bad_request")]
    [InlineData("", 400, "bad_request")]
    public async Task Login_WithoutAUsableCode_IsRefused(string body, int status, string reason) =>
        (await _server.Stranger().PostAsync("/postcard/access", body)).Refused(status, reason);

    [Fact]
    public async Task Session_AfterThirtyDays_IsOver()
    {
        var phone = await _server.LogInAsync("oAlice");
        _time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMinutes(1));
        (await phone.GetAsync("/postcard/access")).Ok();
        _time.Advance(TimeSpan.FromMinutes(2));
        (await phone.GetAsync("/postcard/access")).Refused(401, "unauthorized");
    }

    [Fact]
    public async Task EleventhLogin_EndsTheOldestSessionOnly()
    {
        var phones = new List<Phone>();
        for (var i = 0; i < 11; i++)
        {
            phones.Add(await _server.LogInAsync("oAlice"));
            (await phones[^1].GetAsync("/postcard/access")).Ok();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        (await phones[0].GetAsync("/postcard/access")).Refused(401, "unauthorized");
        foreach (var phone in phones.Skip(1))
        {
            (await phone.GetAsync("/postcard/access")).Ok();
        }
    }

    [Fact]
    public async Task EndSession_EndsThatOneOnly()
    {
        var (first, second) = (await _server.LogInAsync("oAlice"), await _server.LogInAsync("oAlice"));
        (await first.DeleteAsync("/postcard/access/session")).Ok();
        (await first.GetAsync("/postcard/access")).Refused(401, "unauthorized");
        (await second.GetAsync("/postcard/access")).Ok();
        await _server.RestartAsync();
        (await first.GetAsync("/postcard/access")).Refused(401, "unauthorized");
        (await second.GetAsync("/postcard/access")).Ok();
    }

    [Fact]
    public async Task Openid_AsToken_IsTheUserInExactlyThatCase()
    {
        await _server.LogInAsync("oAbC");
        await _server.LogInAsync("oabc");
        Assert.Equal("oAbC", (await new Phone(_server, "oAbC").GetAsync("/postcard/access")).Ok().GetProperty("openid").GetString());
        Assert.Equal("oabc", (await new Phone(_server, "oabc").GetAsync("/postcard/access")).Ok().GetProperty("openid").GetString());
        (await new Phone(_server, "OABC").GetAsync("/postcard/access")).Refused(401, "unauthorized");
    }

    [Fact]
    public async Task Openid_WhereTheSettingForbidsIt_IsNobody()
    {
        await using var strict = await PostcardServer.StartAsync(new Settings { AcceptOpenid = false });
        var phone = await strict.LogInAsync("oAlice");
        (await phone.GetAsync("/postcard/access")).Ok();
        (await new Phone(strict, "oAlice").GetAsync("/postcard/access")).Refused(401, "unauthorized");
    }

    [Theory]
    [InlineData("""{"role":2,"wx_name":"小明"}""", 2, "小明")]
    [InlineData("""{"role":"3"}""", 3, "")]
    [InlineData("""{"role":"校友"}""", 2, "")]
    [InlineData("""{"wx_name":" 小明 "}""", null, "小明")]
    [InlineData("""{"role":null,"wx_name":"x"}""", null, "x")]
    public async Task Update_OfTheProfile_Lasts(string body, int? role, string name)
    {
        var phone = await _server.LogInAsync("oAlice");
        (await phone.PutAsync("/postcard/access", body)).Ok();
        await _server.RestartAsync();
        var profile = (await phone.GetAsync("/postcard/access")).Ok();
        Assert.Equal(role, profile.GetProperty("role").ValueKind == JsonValueKind.Null ? null : profile.GetProperty("role").GetInt32());
        Assert.Equal(name, profile.GetProperty("wx_name").GetString());
        Assert.Equal(0, profile.GetProperty("usage").GetProperty("cards").GetInt32());
    }

    [Theory]
    [InlineData("""{"role":99}""")]
    [InlineData("""{"role":"nobody"}""")]
    [InlineData("""{"role":true}""")]
    [InlineData("""{"wx_name":"012345678901234567890123456789012"}""")]
    [InlineData("{}")]
    public async Task Update_WithWhatIsNotInTheList_IsRefused(string body) =>
        (await (await _server.LogInAsync("oAlice")).PutAsync("/postcard/access", body)).Refused(422, "invalid_field");

    [Fact]
    public async Task Role_WhereItIsChosenOnce_Stays()
    {
        await using var once = await PostcardServer.StartAsync(new Settings { RoleChange = "once" });
        var phone = await once.LogInAsync("oAlice");
        (await phone.PutAsync("/postcard/access", """{"role":1}""")).Ok();
        (await phone.PutAsync("/postcard/access", """{"role":1,"wx_name":"x"}""")).Ok();
        (await phone.PutAsync("/postcard/access", """{"role":2}""")).Refused(403, "forbidden");
    }

    [Fact]
    public async Task Name_Changed_ShowsOnAllCardsAtOnce()
    {
        var phone = await _server.LogInAsync("oAlice");
        var id = (await phone.PostAsync("/postcard/card", """{"title":"t","content":"x","plaza":true}""")).Ok().GetProperty("id").GetString();
        Assert.Equal("", (await phone.GetAsync($"/postcard/card/{id}")).Ok().GetProperty("wx_name").GetString());
        Assert.Equal("", (await phone.GetAsync("/postcard/plaza")).Ok()[0].GetProperty("wx_name").GetString());
        (await phone.PutAsync("/postcard/access", """{"wx_name":"新名"}""")).Ok();
        Assert.Equal("新名", (await phone.GetAsync($"/postcard/card/{id}")).Ok().GetProperty("wx_name").GetString());
        Assert.Equal("新名", (await phone.GetAsync("/postcard/plaza")).Ok()[0].GetProperty("wx_name").GetString());
        Assert.Equal("新名", (await phone.GetAsync("/postcard/home")).Ok()[0].GetProperty("wx_name").GetString());
    }

    [Fact]
    public async Task Erase_TakesEverythingAndLeavesTheOthers()
    {
        var (alice, bob) = (await _server.LogInAsync("oAlice"), await _server.LogInAsync("oBob"));
        (await alice.UploadAsync("image", Samples.Picture())).Ok();
        var card = (await alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true,"plaza":true}""")).Ok();
        var id = card.GetProperty("id").GetString();
        (await alice.UploadAsync("image", Samples.Picture())).Ok();
        (await bob.PostAsync($"/postcard/saved/{id}")).Ok();
        var kept = (await bob.PostAsync("/postcard/card", """{"title":"t","content":"x"}""")).Ok().GetProperty("id").GetString();
        (await bob.GetAsync($"/postcard/card/{id}")).Ok();

        (await alice.DeleteAsync("/postcard/access")).Ok();

        (await alice.GetAsync("/postcard/access")).Refused(401, "unauthorized");
        (await new Phone(_server, "oAlice").GetAsync("/postcard/home")).Refused(401, "unauthorized");
        (await bob.GetAsync($"/postcard/card/{id}")).Refused(404, "not_found");
        (await bob.GetAsync(card.GetProperty("image").GetString()!)).Refused(404, "not_found");
        Assert.Equal(0, (await bob.GetAsync("/postcard/plaza")).Ok().GetArrayLength());
        Assert.True((await bob.GetAsync("/postcard/saved")).Ok()[0].GetProperty("gone").GetBoolean());
        (await bob.GetAsync($"/postcard/card/{kept}")).Ok();
        Assert.Single(Directory.GetDirectories(Path.Combine(_server.Settings.Data, "users")));

        var back = await _server.LogInAsync("oAlice");
        Assert.Equal(0, (await back.GetAsync("/postcard/home")).Ok().GetArrayLength());
    }

    [Fact]
    public async Task DevUsers_OutsideOfDev_AreNobody()
    {
        await using var dev = await PostcardServer.StartAsync(new Settings { Dev = true });
        var login = (await dev.Stranger().PostAsync("/postcard/access", """{"code":"dev:alice"}""")).Ok();
        Assert.Equal("dev:alice", login.GetProperty("openid").GetString());
        (await dev.Stranger().PostAsync("/postcard/access", """{"code":"dev:"}""")).Refused(401, "login_refused");
        (await dev.Stranger().PostAsync("/postcard/access", """{"code":"dev:admin"}""")).Ok();
        (await new Phone(dev, "dev:alice").DeleteAsync("/postcard/template/1")).Refused(403, "forbidden");
        (await new Phone(dev, "dev:admin").DeleteAsync("/postcard/template/1")).Ok();

        await dev.RestartAsync(settings => settings with { Dev = false });
        (await new Phone(dev, "dev:alice").GetAsync("/postcard/home")).Refused(401, "unauthorized");
        (await new Phone(dev, login.GetProperty("token").GetString()).GetAsync("/postcard/home")).Refused(401, "unauthorized");
        (await dev.Stranger().PostAsync("/postcard/access", """{"code":"dev:alice"}""")).Refused(401, "login_refused");
    }

    [Fact]
    public async Task Roles_ComeFromTheSettings()
    {
        var roles = (await _server.Stranger().GetAsync("/postcard/role")).Ok();
        Assert.Equal(_server.Settings.Roles.Select(role => (role.Id, role.Name)), roles.EnumerateArray().Select(role => (role.GetProperty("id").GetInt32(), role.GetProperty("name").GetString()!)));
    }

    [Fact]
    public async Task Tokens_AtRest_AreHashed()
    {
        var phone = await _server.LogInAsync("oAlice");
        await _server.StopAsync();
        foreach (var file in Directory.EnumerateFiles(_server.Settings.Data))
        {
            Assert.DoesNotContain(phone.Token!, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Erase_ByNobodyThroughTheControlSocket_ErasesNobody()
    {
        await using var server = await PostcardServer.StartAsync();
        var alice = await server.LogInAsync("alice");
        (await alice.UploadAsync("image", Samples.Picture())).Ok();
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancel) => ControlSocket.ConnectAsync(server.Settings.Data, cancel) });

        using var reply = await http.DeleteAsync("http://localhost/postcard/access", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, reply.StatusCode);
        (await alice.PostAsync("/postcard/card", """{"title":"t","content":"c","img":true}""")).Ok();
    }
}

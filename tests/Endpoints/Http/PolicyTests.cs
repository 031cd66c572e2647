using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints.Http;

public sealed class PolicyTests : IAsyncLifetime
{
    private RouteServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RouteServer.StartAsync(
        Who("/open", Guard.Open), Who("/optional", Guard.Optional), Who("/user", Guard.User), Who("/admin", Guard.Admin),
        new("GET", "/card/{id}", Guard.Open, Body.None, call => Replies.RawAsync(call, Quoted(call.Id))),
        new("PUT", "/card/{id}", Guard.Open, Body.Json, call => Replies.OkAsync(call)));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("/open", "alice", "nobody")]
    [InlineData("/optional", "alice", "u1")]
    [InlineData("/optional", "stale", "nobody")]
    [InlineData("/optional", "undefined", "nobody")]
    [InlineData("/optional", "", "nobody")]
    [InlineData("/user", "alice", "u1")]
    [InlineData("/admin", "root", "u2")]
    public async Task Token_OnARouteThatLetsItIn_NamesTheCaller(string path, string token, string uid) =>
        Assert.Equal(uid, (await _server.GetAsync(path, $"token: {token}")).Json.GetProperty("data").GetString());

    [Theory]
    [InlineData("/user", "token: stale", 401, "unauthorized")]
    [InlineData("/user", "token:", 401, "unauthorized")]
    [InlineData("/user", "token: undefined", 401, "unauthorized")]
    [InlineData("/user", "token: null", 401, "unauthorized")]
    [InlineData("/user", "Other: x", 401, "unauthorized")]
    [InlineData("/user", "token: alice\r\ntoken: alice", 401, "unauthorized")]
    [InlineData("/admin", "Other: x", 401, "unauthorized")]
    [InlineData("/admin", "token: alice", 403, "forbidden")]
    [InlineData("/nowhere", "Other: x", 404, "not_found")]
    [InlineData("/card/a/b", "Other: x", 404, "not_found")]
    public async Task Request_AgainstTheRoutesPolicy_IsRefused(string path, string header, int status, string reason)
    {
        var reply = await _server.GetAsync(path, header);

        Assert.Equal(status, reply.Status);
        Assert.Equal(reason, reply.Reason);
        Assert.Equal(0, reply.Json.GetProperty("success").GetInt32());
        Assert.Equal(1, reply.Json.GetProperty("errorCode").GetInt32());
        Assert.Equal(reply.Json.GetProperty("msg").GetString(), reply.Json.GetProperty("data").GetProperty("errorMsg").GetString());
    }

    [Fact]
    public async Task Token_LongerThanAnyOfOurs_IsNobodys() =>
        Assert.Equal(401, (await _server.GetAsync("/user", "token: " + new string('a', 5000))).Status);

    [Theory]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    [InlineData("%2e%2e%2fpasswd")]
    [InlineData("..%5c..%5cboot.ini")]
    [InlineData("%252e%252e")]
    [InlineData("a.jpg")]
    [InlineData("a%20b")]
    [InlineData("%E4%BD%A0")]
    public async Task Id_ThatIsNoPlainName_IsRefused(string id)
    {
        var reply = await _server.GetAsync($"/card/{id}");

        Assert.Equal((400, "bad_request"), (reply.Status, reply.Reason));
    }

    [Theory]
    [InlineData("/card/../../etc/passwd")]
    [InlineData("/card/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/card/..")]
    public async Task DotSegments_InAPath_LeadNowhere(string path) => Assert.Equal(404, (await _server.GetAsync(path)).Status);

    [Fact]
    public async Task Id_LongerThanAnyOfOurs_IsRefused() => Assert.Equal(400, (await _server.GetAsync("/card/" + new string('a', 65))).Status);

    [Theory]
    [InlineData("/card/abc_-Z9", "abc_-Z9")]
    [InlineData("/card/ab%63/", "abc")]
    [InlineData("/card/abc?size=small", "abc")]
    public async Task Id_ThatIsAPlainName_ReachesTheHandler(string path, string id) =>
        Assert.Equal(id, (await _server.GetAsync(path)).Json.GetProperty("data").GetString());

    [Fact]
    public async Task Method_ThatThePathHasNot_Is405WithTheOnesItHas()
    {
        var reply = await _server.SendAsync(RouteServer.Request("DELETE", "/card/abc"));

        Assert.Equal((405, "method_not_allowed"), (reply.Status, reply.Reason));
        Assert.Equal("GET, HEAD, PUT, OPTIONS", reply["Allow"]);
    }

    [Theory]
    [InlineData("get")]
    [InlineData("BREW")]
    public async Task Method_InLowerCaseOrUnknown_Is405(string method) =>
        Assert.Equal(405, (await _server.SendAsync(RouteServer.Request(method, "/card/abc"))).Status);

    [Fact]
    public async Task Options_OfAKnownPath_TellsItsMethods()
    {
        var reply = await _server.SendAsync(RouteServer.Request("OPTIONS", "/card/abc"));

        Assert.Equal((200, "GET, HEAD, PUT, OPTIONS"), (reply.Status, reply["Allow"]));
        Assert.Equal(404, (await _server.SendAsync(RouteServer.Request("OPTIONS", "/nowhere"))).Status);
    }

    [Fact]
    public async Task Head_OfWhatGetServes_HasTheSameHeadersAndNoBody()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(RouteServer.Request("GET", "/open") + RouteServer.Request("HEAD", "/open") + RouteServer.Request("HEAD", "/nowhere"));
        var get = await connection.ReadAsync();
        var head = await connection.ReadAsync(head: true);
        var missing = await connection.ReadAsync(head: true);

        Assert.Equal(get.Headers.Where(header => header.Key != "Date"), head.Headers.Where(header => header.Key != "Date"));
        Assert.Equal(404, missing.Status);
    }

    private static Route Who(string path, Guard guard) =>
        new("GET", path, guard, Body.None, call => Replies.RawAsync(call, Quoted(call.Caller?.Uid ?? "nobody")));

    private static byte[] Quoted(string text) => System.Text.Encoding.UTF8.GetBytes($"\"{text}\"");
}

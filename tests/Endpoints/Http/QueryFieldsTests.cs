using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints.Http;

public sealed class QueryFieldsTests : IAsyncLifetime
{
    private RouteServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RouteServer.StartAsync(
        Show("/limit", call => QueryFields.Limit(call)?.ToString() ?? "none"),
        Show("/size", call => QueryFields.Size(call).ToString()),
        Show("/value", call => QueryFields.Value(call, "q") ?? "none"),
        Show("/is", call => QueryFields.Is(call, "v", "a1").ToString()));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("/limit", "none")]
    [InlineData("/limit?limit=", "none")]
    [InlineData("/limit?limit=1", "1")]
    [InlineData("/limit?cursor=x&limit=100", "100")]
    [InlineData("/size", "Large")]
    [InlineData("/size?size=large", "Large")]
    [InlineData("/size?size=small", "Small")]
    [InlineData("/value?q=%E4%BD%A0+x", "你 x")]
    [InlineData("/value?q=&q=2", "none")]
    [InlineData("/value?Q=1", "none")]
    [InlineData("/value?&&=&q", "none")]
    [InlineData("/is?v=a1", "True")]
    [InlineData("/is?x=1&v=%611", "True")]
    [InlineData("/is?v=A1", "False")]
    [InlineData("/is", "False")]
    public async Task Query_OfThisForm_Reads(string path, string expected) =>
        Assert.Equal(expected, (await _server.GetAsync(path)).Json.GetProperty("msg").GetString());

    [Theory]
    [InlineData("/limit?limit=0")]
    [InlineData("/limit?limit=101")]
    [InlineData("/limit?limit=-1")]
    [InlineData("/limit?limit=%201")]
    [InlineData("/limit?limit=ten")]
    [InlineData("/limit?limit=99999999999")]
    [InlineData("/size?size=Large")]
    [InlineData("/size?size=0")]
    public async Task Query_OutOfItsRange_Is422(string path)
    {
        var reply = await _server.GetAsync(path);

        Assert.Equal((422, "invalid_field"), (reply.Status, reply.Reason));
    }

    private static Route Show(string path, Func<Call, string> show) =>
        new("GET", path, Guard.Open, Body.None, call => Replies.OkAsync(call, new Text(show(call), "")));
}

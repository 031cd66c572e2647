using Postcard.Endpoints.Http;

namespace Postcard.Tests.Endpoints.Http;

public sealed class RouterTests
{
    private static readonly Router Router = new(new[]
    {
        Get("/postcard/card/{id}"), Get("/postcard/card/{id}/report"), Get("/postcard/card/mine"), Get("/postcard/home"), Get("/healthz"),
    });

    [Theory]
    [InlineData("/postcard/card/abc", "/postcard/card/{id}", "abc")]
    [InlineData("/postcard/card/abc/", "/postcard/card/{id}", "abc")]
    [InlineData("/postcard/card/abc/report", "/postcard/card/{id}/report", "abc")]
    [InlineData("/postcard/card/mine", "/postcard/card/mine", "")]
    [InlineData("/postcard/card/mine/report", "/postcard/card/{id}/report", "mine")]
    [InlineData("/healthz", "/healthz", "")]
    [InlineData("/healthz/", "/healthz", "")]
    public void Find_OfAKnownPath_GivesItsRouteAndId(string path, string route, string id)
    {
        Assert.True(Router.Find(path, out var found)!.TryGet("GET", out var match));
        Assert.Equal(route, match.Path);
        Assert.Equal(id, found.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("*")]
    [InlineData("//")]
    [InlineData("/postcard")]
    [InlineData("/postcard/card")]
    [InlineData("/postcard/card/")]
    [InlineData("/postcard/card//report")]
    [InlineData("/postcard//home")]
    [InlineData("/postcard/home//")]
    [InlineData("/Postcard/home")]
    [InlineData("/postcard/card/abc/report/x")]
    [InlineData("postcard/home")]
    public void Find_OfAnUnknownPath_GivesNothing(string path) => Assert.Null(Router.Find(path, out _));

    [Fact]
    public void Find_OnTheHotPath_DoesNotAllocate()
    {
        Router.Find("/postcard/card/0123456789abcdef", out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Router.Find("/postcard/card/0123456789abcdef", out _);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static Route Get(string path) => new("GET", path, Guard.Open, Body.None, _ => Task.CompletedTask);
}

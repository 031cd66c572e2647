using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints.Http;

public sealed class FileRepliesTests : IAsyncLifetime
{
    private const string Modified = "Sun, 22 Nov 2026 15:04:05 GMT";
    private static readonly byte[] Small = Bytes(18_000);
    private static readonly byte[] Large = Bytes(FileCache.MaxFileBytes * 2 + 17);

    private readonly TempFolder _folder = new();
    private RouteServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllBytesAsync(_folder["small"], Small);
        await File.WriteAllBytesAsync(_folder["large"], Large);
        _server = await RouteServer.StartAsync(
            Serve("/small", new(_folder["small"], "image/jpeg", "abc123", new(2026, 11, 22, 15, 4, 5, 678, TimeSpan.Zero), Small.Length)),
            Serve("/large", new(_folder["large"], "audio/mpeg", "abc123", new(2026, 11, 22, 15, 4, 5, 678, TimeSpan.Zero), Large.Length)),
            Serve("/gone", new(_folder["gone"], "image/jpeg", "abc123", default, 10)),
            Serve("/gone-large", new(_folder["nowhere/gone"], "image/jpeg", "abc123", default, Large.Length)));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("/small")]
    [InlineData("/large")]
    public async Task Get_OfAFile_GivesItsBytesAndAllItsHeaders(string path)
    {
        var content = Content(path);
        var reply = await _server.GetAsync(path);

        Assert.Equal(200, reply.Status);
        Assert.Equal(content, reply.Body);
        Assert.Equal(path == "/small" ? "image/jpeg" : "audio/mpeg", reply["Content-Type"]);
        Assert.Equal("\"abc123\"", reply["ETag"]);
        Assert.Equal(Modified, reply["Last-Modified"]);
        Assert.Equal("bytes", reply["Accept-Ranges"]);
        Assert.Equal("nosniff", reply["X-Content-Type-Options"]);
        Assert.Equal("no-cache", reply["Cache-Control"]);
    }

    [Theory]
    [InlineData("/small?v=1", "public, max-age=31536000, immutable")]
    [InlineData("/small?v=0", "no-cache")]
    public async Task Get_WithAVersion_MayBeKeptOnlyWhenItIsTheCurrentOne(string path, string cacheControl)
    {
        Assert.Equal(cacheControl, (await _server.GetAsync(path))["Cache-Control"]);
        Assert.Equal(cacheControl, (await _server.GetAsync(path, "If-None-Match: *"))["Cache-Control"]);
    }

    [Theory]
    [InlineData("/small")]
    [InlineData("/large")]
    public async Task Head_OfAFile_HasTheHeadersOfGet(string path)
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(RouteServer.Request("GET", path));
        var get = await connection.ReadAsync();
        await connection.SendAsync(RouteServer.Request("HEAD", path, "", "Range: bytes=0-1") + RouteServer.Request("GET", path, "", "Range: bytes=0-1"));
        var head = await connection.ReadAsync(head: true);

        Assert.Equal(200, head.Status);
        Assert.Equal(get.Headers.Where(header => header.Key != "Date"), head.Headers.Where(header => header.Key != "Date"));
        Assert.Equal(206, (await connection.ReadAsync()).Status);
    }

    [Theory]
    [InlineData("If-None-Match: \"abc123\"", 304)]
    [InlineData("If-None-Match: W/\"abc123\"", 304)]
    [InlineData("If-None-Match: \"x\", \"a,b\" , \"abc123\"", 304)]
    [InlineData("If-None-Match: *", 304)]
    [InlineData("If-None-Match: \"x\"", 200)]
    [InlineData("If-None-Match: \"ABC123\"", 200)]
    [InlineData("If-None-Match: abc123", 200)]
    [InlineData("If-None-Match: \"x\"\r\nIf-Modified-Since: Sun, 22 Nov 2026 15:04:05 GMT", 200)]
    [InlineData("If-None-Match: \"abc123\"\r\nIf-Modified-Since: Sat, 21 Nov 2026 15:04:05 GMT", 304)]
    [InlineData("If-Modified-Since: Sun, 22 Nov 2026 15:04:05 GMT", 304)]
    [InlineData("If-Modified-Since: Mon, 23 Nov 2026 15:04:05 GMT", 304)]
    [InlineData("If-Modified-Since: Sun, 22 Nov 2026 15:04:04 GMT", 200)]
    [InlineData("If-Modified-Since: Sunday, 22-Nov-26 15:04:05 GMT", 304)]
    [InlineData("If-Modified-Since: yesterday", 200)]
    public async Task Get_UnderACondition_SendsOnlyWhatIsNew(string header, int status)
    {
        var reply = await _server.GetAsync("/small", header);

        Assert.Equal(status, reply.Status);
        Assert.Equal("\"abc123\"", reply["ETag"]);
        Assert.Equal(status == 304 ? 0 : Small.Length, reply.Body.Length);
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=100-199", 100, 100)]
    [InlineData("bytes=100-", 100, -1)]
    [InlineData("bytes=-7", -7, 7)]
    public async Task Get_OfARange_GivesThatPart(string range, int first, int length)
    {
        foreach (var path in (string[])["/small", "/large"])
        {
            var content = Content(path);
            var from = first < 0 ? content.Length + first : first;
            var count = length < 0 ? content.Length - from : length;

            var reply = await _server.GetAsync(path, $"Range: {range}");

            Assert.Equal(206, reply.Status);
            Assert.Equal($"bytes {from}-{from + count - 1}/{content.Length}", reply["Content-Range"]);
            Assert.Equal(content[from..(from + count)], reply.Body);
        }
    }

    [Theory]
    [InlineData("Range: bytes=0-1,5-6", 200)]
    [InlineData("Range: pages=1-2", 200)]
    [InlineData("Range: bytes=0-1\r\nIf-Range: \"abc123\"", 206)]
    [InlineData("Range: bytes=0-1\r\nIf-Range: W/\"abc123\"", 200)]
    [InlineData("Range: bytes=0-1\r\nIf-Range: \"old\"", 200)]
    [InlineData("Range: bytes=0-1\r\nIf-Range: Sun, 22 Nov 2026 15:04:05 GMT", 206)]
    [InlineData("Range: bytes=0-1\r\nIf-Range: Mon, 23 Nov 2026 15:04:05 GMT", 200)]
    [InlineData("Range: bytes=99999999-\r\nIf-Range: \"old\"", 200)]
    [InlineData("Range: bytes=0-1\r\nIf-None-Match: \"abc123\"", 304)]
    public async Task Get_OfARangeUnderACondition_GivesThePartOrTheWhole(string headers, int status) =>
        Assert.Equal(status, (await _server.GetAsync("/small", headers)).Status);

    [Theory]
    [InlineData("bytes=18000-", 416, "bytes */18000")]
    [InlineData("bytes=-0", 416, "bytes */18000")]
    [InlineData("bytes=2-1", 400, null)]
    [InlineData("bytes=x", 400, null)]
    public async Task Get_OfARangeThatCannotBe_IsRefusedInOurEnvelope(string range, int status, string? contentRange)
    {
        var reply = await _server.GetAsync("/small", $"Range: {range}");

        Assert.Equal((status, "bad_request", contentRange), (reply.Status, reply.Reason, reply["Content-Range"]));
        Assert.Null(reply["ETag"]);
    }

    [Theory]
    [InlineData("/gone")]
    [InlineData("/gone-large")]
    public async Task Get_OfAFileThatVanished_Is404(string path)
    {
        var reply = await _server.GetAsync(path);

        Assert.Equal((404, "not_found", "no-store"), (reply.Status, reply.Reason, reply["Cache-Control"]));
    }

    private static byte[] Content(string path) => path == "/small" ? Small : Large;

    private static Route Serve(string path, MediaFile file) =>
        new("GET", path, Guard.Open, Body.None, call => FileReplies.SendAsync(call, file, QueryFields.Is(call, "v", "1")));

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}

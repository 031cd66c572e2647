using System.Text;
using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints.Http;

public sealed class ProtocolTests : IAsyncLifetime
{
    private static readonly byte[] Megabyte = new byte[1 << 20];
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Exception?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TempFolder _folder = new();
    private RouteServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllBytesAsync(_folder["file"], Megabyte);
        var file = new MediaFile(_folder["file"], "image/jpeg", "e", default, Megabyte.Length);
        _server = await RouteServer.StartAsync(
            new Route("GET", "/card/{id}", Guard.Optional, Body.None, call => Replies.OkAsync(call, new Text(call.Id, ""))),
            new("GET", "/file", Guard.Open, Body.None, call => FileReplies.SendAsync(call, file, false)),
            new("POST", "/json", Guard.Open, Body.Json, call => WatchAsync(async () =>
            {
                _begun.TrySetResult();
                await JsonFields.ReadAsync(call);
                await Replies.OkAsync(call);
            })),
            new("POST", "/upload", Guard.Open, Body.Media, call => WatchAsync(async () =>
            {
                var (form, _, _) = await MultipartUpload.ReadAsync(call, () =>
                {
                    _begun.TrySetResult();
                    return _folder["upload"];
                });
                await form.DisposeAsync();
            })),
            new("GET", "/wait", Guard.Open, Body.None, call => WatchAsync(async () =>
            {
                _begun.TrySetResult();
                await Task.Delay(Timeout.Infinite, call.Aborted);
            })));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Requests_SentInOneGo_AreAnsweredInOrder()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(string.Concat(Enumerable.Range(0, 50).Select(i =>
            i % 2 == 0 ? RouteServer.Request("GET", $"/card/{i}") : RouteServer.Request("GET", "/file", "", "Range: bytes=0-99999"))));
        for (var i = 0; i < 50; i++)
        {
            var reply = await connection.ReadAsync();
            Assert.Equal(i % 2 == 0 ? 200 : 206, reply.Status);
            Assert.Equal(i % 2 == 0 ? $"{i}" : "100000", i % 2 == 0 ? reply.Json.GetProperty("msg").GetString() : $"{reply.Body.Length}");
        }
    }

    [Fact]
    public async Task Requests_OnOneConnection_DoNotSeeEachOthersHeaders()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(RouteServer.Request("GET", "/card/a", "", "Accept-Language: en") + RouteServer.Request("GET", "/card/b")
            + RouteServer.Request("DELETE", "/card/c") + RouteServer.Request("GET", "/card/d"));

        Assert.Equal("", (await connection.ReadAsync()).Json.GetProperty("msg").GetString());
        Assert.Equal("b", (await connection.ReadAsync()).Json.GetProperty("msg").GetString());
        Assert.Equal("GET, HEAD, OPTIONS", (await connection.ReadAsync())["Allow"]);
        Assert.Null((await connection.ReadAsync())["Allow"]);
    }

    [Fact]
    public async Task Http10_WithoutKeepAlive_IsAnsweredAndClosed()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync("GET /card/a HTTP/1.0\r\n\r\n");

        Assert.Equal(200, (await connection.ReadAsync()).Status);
        Assert.Empty(await connection.ReadToEndAsync());
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 6")]
    [InlineData("Content-Length: -1")]
    [InlineData("Content-Length: 5x")]
    [InlineData("Transfer-Encoding: gzip")]
    [InlineData("Bad Header: x")]
    public async Task Framing_ThatCouldBeReadTwoWays_IsRefused(string header)
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync($"POST /json HTTP/1.1\r\nHost: test\r\n{header}\r\n\r\n{{}}xxx");

        Assert.Equal(400, (await connection.ReadAsync()).Status);
    }

    [Fact]
    public async Task Chunks_OutOfFormat_GetOurEnvelope()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync("POST /json HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n");
        var reply = await connection.ReadAsync();

        Assert.Equal((400, "bad_request"), (reply.Status, reply.Reason));
    }

    [Theory]
    [InlineData("POST /json HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\n{")]
    [InlineData("POST /json HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{\r\n")]
    [InlineData("GET /wait HTTP/1.1\r\nHost: test\r\n\r\n")]
    [InlineData("POST /upload?type=image HTTP/1.1\r\nHost: test\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n"
        + "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nJPEG")]
    public async Task Client_ThatHangsUp_EndsTheHandlerAndLeavesNothing(string request)
    {
        using (var connection = await RawConnection.OpenAsync(_server.Address))
        {
            await connection.SendAsync(request);
            await _begun.Task;
            connection.Reset();
        }

        Assert.NotNull(await _ended.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal(200, (await _server.GetAsync("/card/a")).Status);
        AssertNoErrorLogged();
        Assert.False(File.Exists(_folder["upload"]));
    }

    [Fact]
    public async Task Client_ThatHangsUpWithinAFile_LeavesNothingInTheLog()
    {
        for (var i = 0; i < 20; i++)
        {
            using var connection = await RawConnection.OpenAsync(_server.Address);
            await connection.SendAsync(RouteServer.Request("GET", "/file"));
            connection.Reset();
        }

        Assert.Equal(200, (await _server.GetAsync("/file")).Status);
        AssertNoErrorLogged();
    }

    [Fact]
    public async Task Bytes_OfNoMeaning_NeverStopTheServer()
    {
        var random = new Random(3);
        var whole = Encoding.UTF8.GetBytes(RouteServer.Request("POST", "/json", "{\"a\":1}", "token: alice", "Content-Type: application/json")
            + RouteServer.Request("GET", "/card/abc?x=%41", "", "Range: bytes=0-1", "Accept-Language: en;q=0.5"));
        for (var i = 0; i < 500; i++)
        {
            var bytes = (byte[])whole.Clone();
            for (var edits = random.Next(1, 10); edits > 0; edits--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            using var connection = await RawConnection.OpenAsync(_server.Address);
            await connection.SendAsync(bytes.AsMemory(0, random.Next(1, bytes.Length + 1)));
            connection.FinishSending();
            var answer = Encoding.Latin1.GetString(await connection.ReadToEndAsync());
            Assert.True(answer == "" || answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal), answer);
            Assert.DoesNotContain("HTTP/1.1 500", answer);
        }

        Assert.Equal(200, (await _server.GetAsync("/card/a")).Status);
        AssertNoErrorLogged();
    }

    private void AssertNoErrorLogged()
    {
        var errors = _server.Log.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal)).ToList();
        Assert.True(errors.Count == 0, string.Join('\n', errors));
    }

    private async Task WatchAsync(Func<Task> handle)
    {
        try
        {
            await handle();
            _ended.TrySetResult(null);
        }
        catch (Exception e)
        {
            _ended.TrySetResult(e);
            throw;
        }
    }
}

using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints.Http;

public sealed class LimitsTests : IAsyncLifetime
{
    private RouteServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RouteServer.StartAsync(
        new Route("POST", "/json", Guard.Open, Body.Json, async call =>
        {
            await JsonFields.ReadAsync(call);
            await Replies.OkAsync(call);
        }),
        new("POST", "/user", Guard.User, Body.Media, call => Replies.OkAsync(call)),
        new("GET", "/x", Guard.Open, Body.None, call => Replies.OkAsync(call)));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Json_OfExactlyTheLimit_IsTakenAndOneByteMoreIsNot()
    {
        var whole = "{\"a\":\"" + new string('x', HttpLimits.JsonBytes - 8) + "\"}";

        Assert.Equal(200, (await _server.PostAsync("/json", whole)).Status);
        Assert.Equal((413, "too_large"), Refusal(await _server.PostAsync("/json", whole + " ")));
    }

    [Fact]
    public async Task LargeBody_WrittenWholeBeforeReading_StillGetsTheReply()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        const int megabytes = 24;
        await connection.SendAsync($"POST /json HTTP/1.1\r\nHost: test\r\nContent-Length: {megabytes << 20}\r\n\r\n");
        for (var i = 0; i < megabytes; i++)
        {
            await connection.SendAsync(new byte[1 << 20]);
        }

        var reply = await connection.ReadAsync();

        Assert.Equal((413, "too_large", "close"), (reply.Status, reply.Reason, reply["Connection"]));
        Assert.Empty(await connection.ReadToEndAsync());
    }

    [Fact]
    public async Task LargeChunkedBody_WrittenWholeBeforeReading_StillGetsTheReply()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync("POST /json HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (var i = 0; i < 24; i++)
        {
            await connection.SendAsync($"{1 << 20:x}\r\n");
            await connection.SendAsync(new byte[1 << 20]);
            await connection.SendAsync("\r\n");
        }

        await connection.SendAsync("0\r\n\r\n");

        Assert.Equal((413, "too_large"), Refusal(await connection.ReadAsync()));
    }

    [Fact]
    public async Task LargeBody_OfAStranger_GetsThe401NotAReset()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync($"POST /user HTTP/1.1\r\nHost: test\r\nContent-Length: {8 << 20}\r\n\r\n");
        for (var i = 0; i < 8; i++)
        {
            await connection.SendAsync(new byte[1 << 20]);
        }

        Assert.Equal((401, "unauthorized"), Refusal(await connection.ReadAsync()));
    }

    [Fact]
    public async Task LargeBody_ThatWaitsForContinue_IsRefusedBeforeItIsSent()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync("POST /json HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
        var reply = await connection.ReadAsync();

        Assert.Equal((413, "close"), (reply.Status, reply["Connection"]));
    }

    [Fact]
    public async Task SmallBody_OfARefusedRequest_LeavesTheConnectionInUse()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(RouteServer.Request("POST", "/user", new string('x', 100_000)) + RouteServer.Request("GET", "/x"));

        Assert.Equal(401, (await connection.ReadAsync()).Status);
        Assert.Equal(200, (await connection.ReadAsync()).Status);
    }

    [Fact]
    public async Task Body_OnARouteThatTakesNone_IsPassedOver()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(RouteServer.Request("GET", "/x", "{\"a\":1}") + RouteServer.Request("GET", "/x"));

        Assert.Equal(200, (await connection.ReadAsync()).Status);
        Assert.Equal(200, (await connection.ReadAsync()).Status);
    }

    [Theory]
    [InlineData(40_000, 431)]
    [InlineData(20_000, 200)]
    public async Task Headers_OfThisSize_GetThisStatus(int bytes, int status)
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(RouteServer.Request("GET", "/x", "", $"Cookie: {new string('x', bytes)}"));

        Assert.Equal(status, (await connection.ReadAsync()).Status);
    }

    [Fact]
    public async Task RequestLine_OverItsLimit_IsRefused()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(RouteServer.Request("GET", "/x?" + new string('q', HttpLimits.RequestLineBytes)));

        Assert.Equal(414, (await connection.ReadAsync()).Status);
    }

    [Fact]
    public async Task AThousandSlowConnections_DoNotStopANormalRequest()
    {
        List<RawConnection> slow = [];
        try
        {
            for (var i = 0; i < 1000; i++)
            {
                var connection = await RawConnection.OpenAsync(_server.Address);
                slow.Add(connection);
                await connection.SendAsync((i % 4) switch
                {
                    0 => "G",
                    1 => "GET /x HTTP/1.1\r\nHost: te",
                    2 => "POST /json HTTP/1.1\r\nHost: test\r\nContent-Length: 60000\r\n\r\n{",
                    _ => "POST /json HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n{",
                });
            }

            Assert.Equal(200, (await _server.GetAsync("/x")).Status);
            Assert.Equal(200, (await _server.PostAsync("/json", "{}")).Status);
        }
        finally
        {
            slow.ForEach(connection => connection.Reset());
        }
    }

    [Fact]
    public async Task Connections_OverTheLimit_AreTurnedAwayUntilOneEnds()
    {
        await using var server = await RouteServer.StartAsync(
            new Settings { MaxConnections = 3 }, new Route("GET", "/x", Guard.Open, Body.None, call => Replies.OkAsync(call)));
        List<RawConnection> open = [];
        for (var i = 0; i < 3; i++)
        {
            open.Add(await RawConnection.OpenAsync(server.Address));
            await open[i].SendAsync(RouteServer.Request("GET", "/x"));
            Assert.Equal(200, (await open[i].ReadAsync()).Status);
        }

        using var fourth = await RawConnection.OpenAsync(server.Address);
        Assert.Empty(await fourth.ReadToEndAsync());
        open.ForEach(connection => connection.Dispose());

        // The server learns of the end in its own time.
        RawReply? reply = null;
        while (reply is null)
        {
            using var next = await RawConnection.OpenAsync(server.Address);
            try
            {
                await next.SendAsync(RouteServer.Request("GET", "/x"));
                reply = await next.ReadAsync();
            }
            catch (IOException)
            {
                await Task.Yield();
            }
        }

        Assert.Equal(200, reply.Status);
    }

    private static (int, string?) Refusal(RawReply reply) => (reply.Status, reply.Reason);
}

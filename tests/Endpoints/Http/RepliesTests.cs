using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Postcard.Endpoints.Http;
using Postcard.Media;
using Postcard.Storage;
using Postcard.Tests.Support;
using Postcard.WeChat;

namespace Postcard.Tests.Endpoints.Http;

internal sealed record Greeting(string Words, int Count);

[JsonSerializable(typeof(Greeting))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class RepliesJson : JsonSerializerContext;

public sealed class RepliesTests
{
    [Fact]
    public async Task OkAsync_WithoutData_IsTheEmptyEnvelope()
    {
        var reply = await AnswerAsync(call => Replies.OkAsync(call));

        Assert.Equal("""{"success":1,"msg":"成功","data":null,"errorCode":0}""", reply.Text);
        Assert.Equal("application/json; charset=utf-8", reply["Content-Type"]);
        Assert.Equal("no-store", reply["Cache-Control"]);
        Assert.Equal("Accept-Language", reply["Vary"]);
        Assert.Null(reply["Server"]);
    }

    [Fact]
    public async Task OkAsync_WithData_KeepsChineseReadableAndEscapesWhatJsonMust()
    {
        var reply = await AnswerAsync(call => Replies.OkAsync(call, new("你好 <\"\\\n\u0001> 😀", 3), RepliesJson.Default.Greeting));

        Assert.Contains("你好 <", reply.Text);
        Assert.Equal("你好 <\"\\\n\u0001> 😀", reply.Json.GetProperty("data").GetProperty("Words").GetString());
    }

    [Fact]
    public async Task OkAsync_WithAMessage_SpeaksTheLanguageAskedFor()
    {
        var text = new Text("已\"保存\"", "Saved \"it\"");

        Assert.Equal("已\"保存\"", (await AnswerAsync(call => Replies.OkAsync(call, text))).Json.GetProperty("msg").GetString());
        Assert.Equal("Saved \"it\"", (await AnswerAsync(call => Replies.OkAsync(call, text), "Accept-Language: en")).Json.GetProperty("msg").GetString());
    }

    [Theory]
    [InlineData("n\"1")]
    [InlineData(null)]
    public async Task ListAsync_WithNext_PutsItBesideData(string? next)
    {
        var reply = await AnswerAsync(call => Replies.ListAsync(call, ["a", "b"], RepliesJson.Default.StringArray, next));

        Assert.Equal(2, reply.Json.GetProperty("data").GetArrayLength());
        Assert.Equal(next, reply.Json.GetProperty("next").GetString());
    }

    [Fact]
    public async Task RawAsync_WithPieces_WritesThemAsTheyAre()
    {
        var reply = await AnswerAsync(call => Replies.RawAsync(call, Utf8("{\"a\":1"), Utf8(",\"b\":2}")));

        Assert.Equal("""{"success":1,"msg":"成功","data":{"a":1,"b":2},"errorCode":0}""", reply.Text);
    }

    [Fact]
    public async Task RawListAsync_OfALongList_ArrivesWhole()
    {
        var item = Encoding.UTF8.GetBytes($"\"{new string('x', 1000)}\"");
        ReadOnlyMemory<byte>[] pieces = [.. Enumerable.Range(0, 1999).Select(i => i % 2 == 0 ? item : ","u8.ToArray())];
        var reply = await AnswerAsync(call => Replies.RawListAsync(call, pieces, null));

        Assert.Equal(1000, reply.Json.GetProperty("data").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, reply.Json.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task Beside_WhetherAnsweredOrFailed_StandsInTheReply()
    {
        var good = await AnswerAsync(call =>
        {
            call.Beside = "\"new\":1,\"exist\":0";
            return Replies.OkAsync(call);
        });
        var bad = await AnswerAsync(call =>
        {
            call.Beside = "\"new\":0,\"exist\":0";
            throw new WeChatException(WeChatFault.CodeRefused);
        });

        Assert.Equal(1, good.Json.GetProperty("new").GetInt32());
        Assert.Equal((401, "login_refused", 0), (bad.Status, bad.Reason, bad.Json.GetProperty("exist").GetInt32()));
    }

    public static TheoryData<Exception, int, string, string?> Exceptions => new()
    {
        { Failure.NoUpload(new("无", "none")), 409, "no_upload", null },
        { Failure.Busy(), 503, "busy", "2" },
        { new MediaException(MediaFault.Unsupported), 415, "unsupported_media", null },
        { new MediaException(MediaFault.Heic), 415, "unsupported_media", null },
        { new MediaException(MediaFault.WebM), 415, "unsupported_media", null },
        { new MediaException(MediaFault.Damaged), 422, "bad_media", null },
        { new MediaException(MediaFault.TooManyPixels), 422, "bad_media", null },
        { new MediaException(MediaFault.TooLong), 422, "bad_media", null },
        { new MediaException(MediaFault.TooSlow), 422, "bad_media", null },
        { new MediaException(MediaFault.Busy), 503, "busy", "2" },
        { new WeChatException(WeChatFault.RiskyUser), 403, "forbidden", null },
        { new WeChatException(WeChatFault.TooOften), 429, "rate_limited", "60" },
        { new WeChatException(WeChatFault.Unavailable), 502, "wechat_unavailable", null },
        { new WeChatException(WeChatFault.TimedOut), 504, "wechat_unavailable", null },
        { new StorageFullException(), 507, "storage_full", "60" },
        { new IOException("No space left on device", 28), 507, "storage_full", "60" },
        { new IOException("No space left: /data/users/u1", 5), 500, "internal", null },
        { new OperationCanceledException(), 500, "internal", null },
        { new InvalidOperationException("/data/users/u1/secret"), 500, "internal", null },
    };

    [Theory]
    [MemberData(nameof(Exceptions))]
    public async Task Exception_OutOfAHandler_BecomesItsFailure(Exception exception, int status, string reason, string? retryAfter)
    {
        var reply = await AnswerAsync(_ => Task.FromException(exception));

        Assert.Equal((status, reason, retryAfter), (reply.Status, reply.Reason, reply["Retry-After"]));
        Assert.DoesNotContain("users", reply.Text);
        Assert.Equal(status == 500, reply.Headers.ContainsKey("X-Request-Id"));
    }

    [Fact]
    public async Task InternalFailure_InTheLog_HasTheRequestsIdAndNoMessage()
    {
        await using var server = await RouteServer.StartAsync(
            new Route("GET", "/x", Guard.Open, Body.None, _ => throw new InvalidOperationException("/data/users/u1/secret")));
        var reply = await server.GetAsync("/x");

        var line = Assert.Single(server.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
        Assert.Contains(reply["X-Request-Id"]!, line);
        Assert.Contains("InvalidOperationException", line);
        Assert.DoesNotContain("secret", line);
    }

    [Fact]
    public async Task Failure_AfterTheReplyBegan_CutsTheConnectionInsteadOfLying()
    {
        await using var server = await RouteServer.StartAsync(new Route("GET", "/x", Guard.Open, Body.None, async call =>
        {
            call.Http.Response.ContentLength = 100;
            await call.Http.Response.StartAsync();
            await call.Http.Response.BodyWriter.FlushAsync();
            throw new InvalidOperationException();
        }));
        using var connection = await RawConnection.OpenAsync(server.Address);
        await connection.SendAsync(RouteServer.Request("GET", "/x"));

        Assert.DoesNotContain("internal", Encoding.UTF8.GetString(await connection.ReadToEndAsync()));
    }

    private static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static async Task<RawReply> AnswerAsync(Func<Call, Task> handler, params string[] headers)
    {
        await using var server = await RouteServer.StartAsync(new Route("GET", "/x", Guard.Open, Body.None, call => handler(call)));
        return await server.GetAsync("/x", headers);
    }
}

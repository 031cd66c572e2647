using System.Security.Cryptography;
using System.Text;
using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints.Http;

public sealed class JsonFieldsTests
{
    [Theory]
    [InlineData("", 400)]
    [InlineData("   ", 400)]
    [InlineData("null", 400)]
    [InlineData("[]", 400)]
    [InlineData("\"x\"", 400)]
    [InlineData("{", 400)]
    [InlineData("{}x", 400)]
    [InlineData("{\"a\":}", 400)]
    [InlineData("{'a':1}", 400)]
    [InlineData("a=1&b=2", 400)]
    [InlineData("{}", 200)]
    [InlineData("\uFEFF{}", 200)]
    [InlineData(" {\"a\":1} ", 200)]
    [InlineData("{\"\\ud800\":1}", 200)]
    public async Task Body_OfThisForm_IsTakenOrRefused(string body, int status)
    {
        await using var server = await StartAsync(_ => { });

        var reply = await server.PostAsync("/x", body, "Content-Type: text/plain");

        Assert.Equal(status, reply.Status);
        Assert.Equal(status == 200 ? 1 : 0, reply.Json.GetProperty("success").GetInt32());
    }

    [Fact]
    public async Task Body_ThatIsNoUtf8_IsRefused()
    {
        await using var server = await StartAsync(_ => { });
        using var connection = await RawConnection.OpenAsync(server.Address);
        await connection.SendAsync("POST /x HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\n");
        await connection.SendAsync((byte[])[.. "{\"a\":\""u8, 0xFF, .. "\"}"u8]);

        Assert.Equal((400, "bad_request"), await StatusAsync(connection));
    }

    [Fact]
    public async Task Body_NestedWithoutEnd_IsRefused()
    {
        await using var server = await StartAsync(_ => { });

        Assert.Equal(400, (await server.PostAsync("/x", "{\"a\":" + new string('[', 30_000))).Status);
        Assert.Equal(400, (await server.PostAsync("/x", $"{{\"a\":{new string('[', 20)}{new string(']', 20)}}}")).Status);
    }

    [Theory]
    [InlineData("""{"f":"  x\ty  "}""", "x\ty")]
    [InlineData("""{"f":"a\r\nb\rc\nd"}""", "a\nb\nc\nd")]
    [InlineData("""{"f":12}""", "12")]
    [InlineData("""{"f":1.50}""", "1.50")]
    [InlineData("""{"f":"0123456789"}""", "0123456789")]
    [InlineData("""{"f":"  0123456789  "}""", "0123456789")]
    [InlineData("""{"f":"😀😀😀😀😀"}""", "😀😀😀😀😀")]
    [InlineData("""{"f":"\ud83d\ude00"}""", "😀")]
    [InlineData("""{"f":""}""", "")]
    [InlineData("""{"f":null}""", null)]
    [InlineData("""{}""", null)]
    [InlineData("""{"F":"x"}""", null)]
    [InlineData("""{"f":"first","f":"last"}""", "last")]
    public async Task Text_OfThisField_Reads(string body, string? text) =>
        Assert.Equal(text, await ReadAsync(body, fields => fields.Text("f", 10)));

    [Theory]
    [InlineData("""{"f":"01234567890"}""")]
    [InlineData("""{"f":"😀😀😀😀😀x"}""")]
    [InlineData("""{"f":"a\u0000b"}""")]
    [InlineData("""{"f":"a\u001bb"}""")]
    [InlineData("""{"f":"a\u0085b"}""")]
    [InlineData("""{"f":"a\u007fb"}""")]
    [InlineData("""{"f":"a\ud83db"}""")]
    [InlineData("""{"f":"a\ude00\ud83d"}""")]
    [InlineData("""{"f":true}""")]
    [InlineData("""{"f":{}}""")]
    [InlineData("""{"f":["x"]}""")]
    public Task Text_OfThisField_IsRefusedByName(string body) => RefusedAsync(body, fields => fields.Text("f", 10));

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"f":null}""")]
    [InlineData("""{"f":"  \n "}""")]
    public Task RequiredText_AbsentOrBlank_IsRefusedByName(string body) => RefusedAsync(body, fields => fields.RequiredText("f", 10));

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("\"1\"", true)]
    [InlineData("\"true\"", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("\"0\"", false)]
    [InlineData("\"false\"", false)]
    [InlineData("null", null)]
    public async Task Flag_InAnyOfItsForms_Reads(string value, bool? flag) =>
        Assert.Equal(flag, await ReadAsync($$"""{"f":{{value}}}""", fields => fields.Flag("f")));

    [Theory]
    [InlineData("2")]
    [InlineData("-1")]
    [InlineData("\"yes\"")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    public Task Flag_InNoneOfItsForms_IsRefusedByName(string value) => RefusedAsync($$"""{"f":{{value}}}""", fields => fields.Flag("f"));

    [Theory]
    [InlineData("3", 3)]
    [InlineData("\"3\"", 3)]
    [InlineData("\" 3 \"", 3)]
    [InlineData("-2147483648", int.MinValue)]
    [InlineData("null", null)]
    public async Task Integer_AsNumberOrText_Reads(string value, int? number) =>
        Assert.Equal(number, await ReadAsync($$"""{"f":{{value}}}""", fields => fields.Integer("f")));

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e2")]
    [InlineData("2147483648")]
    [InlineData("\"\"")]
    [InlineData("\"three\"")]
    [InlineData("\"٣\"")]
    [InlineData("true")]
    [InlineData("[]")]
    public Task Integer_OfAnythingElse_IsRefusedByName(string value) => RefusedAsync($$"""{"f":{{value}}}""", fields => fields.Integer("f"));

    [Fact]
    public async Task HasAndIsNull_OfAbsentNullAndPresent_TellThemApart() => Assert.Equal(
        (false, false, false, true, true, false),
        await ReadAsync("""{"null":null,"there":0}""", fields => (
            fields.Has("absent"), fields.IsNull("absent"), fields.Has("null"), fields.IsNull("null"), fields.Has("there"), fields.IsNull("there"))));

    [Fact]
    public async Task BodyHash_IsOfTheBytesAsTheyCame()
    {
        const string body = " {\"f\": \"你\"} ";
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(body)), await ReadAsync(body, fields => fields.BodyHash()));
    }

    private static async Task<(int, string?)> StatusAsync(RawConnection connection)
    {
        var reply = await connection.ReadAsync();
        return (reply.Status, reply.Reason);
    }

    private static Task<RouteServer> StartAsync(Action<JsonFields> read) =>
        RouteServer.StartAsync(new Route("POST", "/x", Guard.Open, Body.Json, async call =>
        {
            read(await JsonFields.ReadAsync(call));
            await Replies.OkAsync(call);
        }));

    private static async Task<T> ReadAsync<T>(string body, Func<JsonFields, T> read)
    {
        T result = default!;
        await using var server = await StartAsync(fields => result = read(fields));
        var reply = await server.PostAsync("/x", body);
        Assert.True(reply.Status == 200, reply.Text);
        return result;
    }

    private static async Task RefusedAsync<T>(string body, Func<JsonFields, T> read)
    {
        await using var server = await StartAsync(fields => read(fields));
        var reply = await server.PostAsync("/x", body, "Accept-Language: en");
        Assert.Equal((422, "invalid_field"), (reply.Status, reply.Reason));
        Assert.StartsWith("f: ", reply.Json.GetProperty("msg").GetString());
    }
}

using System.Text;
using Postcard.Tests.Support;
using Postcard.WeChat;

namespace Postcard.Tests.WeChat;

public sealed class ContentSecurityTests : IAsyncLifetime
{
    private const string OpenId = "oSomebodyWhoWrites";

    private readonly LogLines _log = new();
    private readonly ManualTime _time = new();
    private FakeWeChat _weChat = null!;
    private WeChatClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _weChat = await FakeWeChat.StartAsync();
        _client = new(WeChatHttp.Create(_weChat.Api), FakeWeChat.AppId, FakeWeChat.Secret, _log, _time);
    }

    public async ValueTask DisposeAsync()
    {
        Assert.All(_log.Lines, line =>
        {
            Assert.DoesNotContain(OpenId, line);
            Assert.DoesNotContain("access-token", line);
            Assert.DoesNotContain("春天", line);
            Assert.DoesNotContain("sig=", line);
        });
        await _weChat.DisposeAsync();
    }

    [Fact]
    public async Task Text_Sent_IsTheUsersInUtf8WithoutEscapes()
    {
        Assert.Equal(Verdict.Pass, await CheckAsync("春天 \"来\" 了😀\n"));

        var call = Assert.Single(_weChat.CallsOf(FakeWeChat.TextCheck));
        Assert.Equal("春天 \"来\" 了😀\n", call.Json.GetProperty("content").GetString());
        Assert.Equal(OpenId, call.Json.GetProperty("openid").GetString());
        Assert.Equal(2, call.Json.GetProperty("version").GetInt32());
        Assert.Equal(4, call.Json.GetProperty("scene").GetInt32());
        Assert.Contains("春天", call.Text);
    }

    [Theory]
    [InlineData("""{"errcode":0,"result":{"suggest":"pass","label":100}}""", nameof(Verdict.Pass))]
    [InlineData("""{"errcode":0,"result":{"suggest":"review"}}""", nameof(Verdict.Review))]
    [InlineData("""{"result":{"suggest":"risky","label":20001}}""", nameof(Verdict.Risky))]
    [InlineData("""{"errcode":0,"errmsg":"ok"}""", nameof(Verdict.Unsure))]
    [InlineData("""{"errcode":0,"result":{"suggest":"maybe"}}""", nameof(Verdict.Unsure))]
    [InlineData("""{"errcode":0,"result":"pass"}""", nameof(Verdict.Unsure))]
    [InlineData("""{"errcode":61010,"errmsg":"code is expired rid: 1-2"}""", nameof(Verdict.Unsure))]
    [InlineData("""{"errcode":-1,"result":{"suggest":"pass"}}""", nameof(Verdict.Unsure))]
    [InlineData("""{"errcode":45009,"errmsg":"reach max api daily quota limit"}""", nameof(Verdict.Unsure))]
    [InlineData("<html>", nameof(Verdict.Unsure))]
    [InlineData("", nameof(Verdict.Unsure))]
    public async Task Text_EachReply_IsTheVerdictThatItSays(string reply, string verdict)
    {
        _weChat.Answer(FakeWeChat.TextCheck, FakeWeChat.Json(reply));

        Assert.Equal(verdict, (await CheckAsync("春天")).ToString());
        Assert.Single(_weChat.CallsOf(FakeWeChat.TextCheck));
    }

    [Fact]
    public async Task Text_Empty_PassesWithoutACall()
    {
        Assert.Equal(Verdict.Pass, await CheckAsync(" \n"));
        Assert.Empty(_weChat.Calls);
    }

    [Theory]
    [InlineData(2500, 1)]
    [InlineData(2501, 2)]
    [InlineData(5200, 3)]
    public async Task Text_Long_IsCheckedInPiecesThatOverlap(int length, int pieces)
    {
        Assert.Equal(Verdict.Pass, await CheckAsync(new string('春', length)));
        Assert.Equal(pieces, _weChat.CallsOf(FakeWeChat.TextCheck).Count);
        Assert.Equal(length + (100 * (pieces - 1)), _weChat.CallsOf(FakeWeChat.TextCheck).Sum(call => call.Json.GetProperty("content").GetString()!.Length));
    }

    [Theory]
    [InlineData(2499)]
    [InlineData(4899)]
    public async Task Text_WordAcrossACut_IsSeen(int before) =>
        Assert.Equal(Verdict.Risky, await CheckAsync(new string('春', before) + "违法" + new string('春', 200)));

    [Fact]
    public void Pieces_PairAtACut_IsNotCutInTwo()
    {
        var text = new string('春', 2398) + "😀" + new string('天', 99) + "😀" + new string('来', 2498);
        var pieces = ContentSecurity.Pieces(text).ToList();

        Assert.Equal([text[..2499], text[2398..4898], text[4798..]], pieces);
    }

    [Fact]
    public void Pieces_HalvesOfPairsAlone_AreSentAsTheyAre() =>
        Assert.Equal([2500, 2500, 201], ContentSecurity.Pieces(new string('\udc00', 5001)).Select(piece => piece.Length));

    [Theory]
    [InlineData("违法", "可疑", nameof(Verdict.Risky))]
    [InlineData("可疑", "违法", nameof(Verdict.Risky))]
    [InlineData("好的", "可疑", nameof(Verdict.Review))]
    [InlineData("可疑", "好的", nameof(Verdict.Review))]
    public async Task Text_PiecesDiffer_TheGravestCounts(string first, string second, string verdict) =>
        Assert.Equal(verdict, (await CheckAsync(first + new string('春', 2498) + second)).ToString());

    [Fact]
    public async Task Text_NoAnswer_IsUnsureAfterTwoSeconds()
    {
        await CheckAsync("春");
        var arrived = new TaskCompletionSource();
        _weChat.Answer(FakeWeChat.TextCheck, http =>
        {
            arrived.TrySetResult();
            return _weChat.Silence(http);
        });
        var check = CheckAsync("春天");
        await arrived.Task;
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(check.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(Verdict.Unsure, await check);
    }

    [Fact]
    public async Task Text_CallerGoesAway_IsCancelled()
    {
        using var cancel = new CancellationTokenSource();
        _weChat.Answer(FakeWeChat.TextCheck, http =>
        {
            cancel.Cancel();
            return _weChat.Silence(http);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.Content.TextAsync(OpenId, TextScene.Social, "春天", cancel.Token));
    }

    [Fact]
    public async Task Picture_Sent_IsAFormWithALengthAndQuotedNames()
    {
        var jpeg = Samples.Picture(400, 300);
        Assert.Equal(Verdict.Pass, await _client.Content.PictureAsync(jpeg, TestContext.Current.CancellationToken));

        var call = Assert.Single(_weChat.CallsOf(FakeWeChat.PictureCheck));
        var boundary = call.ContentType.Split("boundary=")[1];
        Assert.DoesNotContain('"', boundary);
        var head = $"--{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"picture.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n";
        Assert.Equal(Encoding.ASCII.GetBytes(head), call.Body[..head.Length]);
        Assert.Equal(jpeg, call.Body[head.Length..(head.Length + jpeg.Length)]);
        Assert.Equal($"\r\n--{boundary}--\r\n", Encoding.ASCII.GetString(call.Body[(head.Length + jpeg.Length)..]));
    }

    [Theory]
    [InlineData(87014, nameof(Verdict.Risky))]
    [InlineData(-1, nameof(Verdict.Unsure))]
    [InlineData(40006, nameof(Verdict.Unsure))]
    public async Task Picture_Errcode_IsTheVerdictThatItSays(int errcode, string verdict)
    {
        _weChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.Error(errcode));
        Assert.Equal(verdict, (await _client.Content.PictureAsync([0xFF, 0xD8], TestContext.Current.CancellationToken)).ToString());
    }

    [Theory]
    [InlineData("""{"errcode":0,"errmsg":"ok"}""", nameof(Verdict.Pass))]
    [InlineData("""{"errcode":"0"}""", nameof(Verdict.Pass))]
    [InlineData("{}", nameof(Verdict.Unsure))]
    [InlineData("""{"status":"error","message":"upstream timeout"}""", nameof(Verdict.Unsure))]
    [InlineData("""{"errcode":null}""", nameof(Verdict.Unsure))]
    [InlineData("""{"errcode":false}""", nameof(Verdict.Unsure))]
    [InlineData("[0]", nameof(Verdict.Unsure))]
    [InlineData("", nameof(Verdict.Unsure))]
    public async Task Picture_EachReply_PassesOnlyByAnErrcodeOfZero(string reply, string verdict)
    {
        _weChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.Json(reply));
        Assert.Equal(verdict, (await _client.Content.PictureAsync([0xFF, 0xD8], TestContext.Current.CancellationToken)).ToString());
    }

    [Fact]
    public async Task Picture_AnsweredByAPicture_IsUnsure()
    {
        _weChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.Bytes(Samples.Picture()));
        Assert.Equal(Verdict.Unsure, await _client.Content.PictureAsync([0xFF, 0xD8], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(nameof(CheckedMedium.Sound), 1)]
    [InlineData(nameof(CheckedMedium.Picture), 2)]
    public async Task Medium_Submitted_IsNamedByItsUrl(string medium, int type)
    {
        Assert.Equal("trace-1", await SubmitAsync(Enum.Parse<CheckedMedium>(medium)));

        var asked = Assert.Single(_weChat.CallsOf(FakeWeChat.MediaCheck)).Json;
        Assert.Equal("https://x.example/postcard/audio/c?exp=1&sig=2", asked.GetProperty("media_url").GetString());
        Assert.Equal(type, asked.GetProperty("media_type").GetInt32());
        Assert.Equal(2, asked.GetProperty("version").GetInt32());
        Assert.Equal(4, asked.GetProperty("scene").GetInt32());
        Assert.Equal(OpenId, asked.GetProperty("openid").GetString());
    }

    [Theory]
    [InlineData("""{"errcode":61010,"errmsg":"code is expired"}""")]
    [InlineData("""{"errcode":0,"errmsg":"ok"}""")]
    [InlineData("[]")]
    public async Task Medium_NotTaken_HasNoTrace(string reply)
    {
        _weChat.Answer(FakeWeChat.MediaCheck, FakeWeChat.Json(reply));
        Assert.Null(await SubmitAsync(CheckedMedium.Picture));
    }

    [Fact]
    public async Task Code_Drawn_IsThePicture()
    {
        var code = await _client.Codes.FetchAsync("0123456789abcdefghij", "pages/card/card", 430, TestContext.Current.CancellationToken);

        Assert.Equal([0xFF, 0xD8], code[..2]);
        var asked = Assert.Single(_weChat.CallsOf(FakeWeChat.CodeDrawing)).Json;
        Assert.Equal(["scene", "page", "check_path", "width"], asked.EnumerateObject().Select(member => member.Name));
        Assert.Equal("0123456789abcdefghij", asked.GetProperty("scene").GetString());
        Assert.False(asked.GetProperty("check_path").GetBoolean());
    }

    [Theory]
    [InlineData(41030, nameof(WeChatFault.Refused))]
    [InlineData(45009, nameof(WeChatFault.TooOften))]
    [InlineData(-1, nameof(WeChatFault.Unavailable))]
    [InlineData(0, nameof(WeChatFault.Unavailable))]
    public async Task Code_Refused_IsTheFaultWithItsErrcode(int errcode, string fault)
    {
        _weChat.Answer(FakeWeChat.CodeDrawing, FakeWeChat.Error(errcode));
        var thrown = await Assert.ThrowsAsync<WeChatException>(CodeAsync);

        Assert.Equal(fault, thrown.Fault.ToString());
        Assert.Equal(errcode, thrown.Code);
    }

    [Fact]
    public async Task Code_LargerThanItsBound_IsUnavailable()
    {
        var bytes = new byte[WeChatHttp.MaxPictureBytes + 1];
        (bytes[0], bytes[1]) = (0xFF, 0xD8);
        _weChat.Answer(FakeWeChat.CodeDrawing, FakeWeChat.Bytes(bytes));

        Assert.Equal(WeChatFault.Unavailable, (await Assert.ThrowsAsync<WeChatException>(CodeAsync)).Fault);
    }

    private Task<byte[]> CodeAsync() => _client.Codes.FetchAsync("card", "pages/card/card", 430, TestContext.Current.CancellationToken);

    private Task<string?> SubmitAsync(CheckedMedium medium) =>
        _client.Content.SubmitAsync(OpenId, medium, "https://x.example/postcard/audio/c?exp=1&sig=2", TestContext.Current.CancellationToken);

    private Task<Verdict> CheckAsync(string text) => _client.Content.TextAsync(OpenId, TextScene.Social, text, TestContext.Current.CancellationToken);
}

using System.Text;
using Postcard.Tests.Support;
using Postcard.WeChat;

namespace Postcard.Tests.WeChat;

public sealed class PushTests
{
    private static readonly PushSeal Seal = new(Push.Token, Push.Key, FakeWeChat.AppId);

    [Theory]
    [InlineData("f464b24fc39322e44b38aa78f5edd27bd1441696", true)]
    [InlineData("F464B24FC39322E44B38AA78F5EDD27BD1441696", false)]
    [InlineData("f464b24fc39322e44b38aa78f5edd27bd1441697", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Signature_OfThePlatformsExample_IsTheOneThatItNames(string? signature, bool right) =>
        Assert.Equal(right, Seal.Signed(signature, "1714036504", "1514711492"));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(4000)]
    public void Seal_OfAMessage_OpensToIt(int length)
    {
        var message = string.Concat(Enumerable.Repeat("信", length));
        Assert.Equal(message, Encoding.UTF8.GetString(Seal.Open(Push.Seal(message))!));
    }

    [Fact]
    public void Seal_NotForThisAppOrDamaged_StaysClosed()
    {
        var good = Push.Seal("message");
        Assert.Null(Seal.Open(Push.Seal("message", appId: "wx-other")));
        Assert.Null(Seal.Open(Push.Seal("message", appId: FakeWeChat.AppId + "x")));
        Assert.Null(Seal.Open(Push.Seal("message", key: Push.Key[1..] + "x")));
        Assert.Null(Seal.Open(""));
        Assert.Null(Seal.Open("not base64!"));
        Assert.Null(Seal.Open(good[..24]));
        Assert.Null(Seal.Open(Push.Encrypt(new byte[32])));
        Assert.Null(Seal.Open(Push.Encrypt([.. Enumerable.Repeat((byte)33, 64)])));
        Assert.Null(Seal.Open(Push.Encrypt([.. Enumerable.Repeat((byte)32, 32)])));
        Assert.Null(Seal.Open(Push.Encrypt([.. new byte[16], 0xFF, 0xFF, 0xFF, 0xFF, .. new byte[11], 1])));
        Assert.Null(new PushSeal(Push.Token, null, FakeWeChat.AppId).Open(good));
    }

    [Fact]
    public void Result_AsJsonAndAsXml_IsTheResultAndNotADetail()
    {
        foreach (var text in new[] { Push.ResultJson("60f96f1d-3845297a-1976a3ae", "pass"), Push.ResultXml("60f96f1d-3845297a-1976a3ae", "pass") })
        {
            foreach (var mark in new[] { "", "\uFEFF", " \r\n" })
            {
                Assert.Equal(new("60f96f1d-3845297a-1976a3ae", Verdict.Pass), Parse(mark + text)!.MediaResult);
            }
        }
    }

    [Theory]
    [InlineData("""{"Event":"wxa_media_check","trace_id":"t","errcode":-1008,"errmsg":"download failed"}""")]
    [InlineData("""{"Event":"wxa_media_check","trace_id":"t","errcode":4294966288,"result":{"suggest":"pass"}}""")]
    [InlineData("""{"Event":"wxa_media_check","trace_id":"t","errcode":0,"detail":[{"suggest":"pass"}]}""")]
    [InlineData("<xml><Event>wxa_media_check</Event><trace_id>t</trace_id><errcode>-1008</errcode><result><suggest>pass</suggest></result></xml>")]
    [InlineData("<xml><Event>wxa_media_check</Event><trace_id>t</trace_id><detail><suggest>pass</suggest></detail></xml>")]
    public void Result_ThatSaysNothing_IsUnsure(string text) => Assert.Equal(new("t", Verdict.Unsure), Parse(text)!.MediaResult);

    [Theory]
    [InlineData("""{"MsgType":"text","Content":"hello"}""")]
    [InlineData("""{"Event":"wxa_media_check"}""")]
    [InlineData("""{"Event":"subscribe","trace_id":"t"}""")]
    [InlineData("""{"Event":"wxa_media_check","trace_id":"","result":{"suggest":"risky"}}""")]
    [InlineData("""{"Event":"wxa_media_check","trace_id":"迹","result":{"suggest":"risky"}}""")]
    [InlineData("<xml><MsgType><![CDATA[text]]></MsgType><x><Event>wxa_media_check</Event><trace_id>t</trace_id></x></xml>")]
    public void Message_AboutSomethingElse_IsNoResult(string text) => Assert.Null(Parse(text)!.MediaResult);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"Event\":")]
    [InlineData("""{"Event":"\ud800"}""")]
    [InlineData("<xml>")]
    [InlineData("<xml></xml>")]
    [InlineData("<xml><Event>x</Event></xml><xml/>")]
    [InlineData("""<!DOCTYPE x [<!ENTITY e "wxa_media_check">]><xml><Event>&e;</Event></xml>""")]
    [InlineData("""<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><Event>x</Event></xml>""")]
    [InlineData("<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><Event>x</Event></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>")]
    public void Message_NotWellFormedOrWithADoctype_IsNone(string text) => Assert.Null(Parse(text));

    [Theory]
    [InlineData("""{"ToUserName":"gh","Encrypt":"c2VhbGVk"}""")]
    [InlineData("<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[c2VhbGVk]]></Encrypt></xml>")]
    public void Message_OfTheSafeMode_ShowsWhatIsSealed(string text) => Assert.Equal("c2VhbGVk", Parse(text)!.Encrypt);

    private static PushMessage? Parse(string text) => PushMessage.Parse(Encoding.UTF8.GetBytes(text));
}

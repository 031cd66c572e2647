using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Postcard.Tests.Support;

/// <summary>Messages as WeChat pushes them to <c>/postcard/wechat/push</c>.</summary>
internal static class Push
{
    public const string Path = "/postcard/wechat/push", Token = "AAAAA", Key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

    private const string Timestamp = "1714036504", Nonce = "1514711492";

    public static string Sign(params string[] texts) =>
        Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(string.Concat(texts.Append(Token).Order(StringComparer.Ordinal)))));

    public static string Query() => $"?signature={Sign(Timestamp, Nonce)}&timestamp={Timestamp}&nonce={Nonce}";

    public static string SafeQuery(string sealedText) =>
        $"{Query()}&encrypt_type=aes&msg_signature={Sign(Timestamp, Nonce, sealedText)}";

    /// <summary>The result of a check of a medium.</summary>
    public static Task<Reply> ResultAsync(Phone phone, string trace, string suggestion) => SendAsync(phone, ResultJson(trace, suggestion));

    /// <summary>A message as JSON in the safe mode.</summary>
    public static Task<Reply> SendAsync(Phone phone, string message)
    {
        var text = Seal(message);
        return phone.PostAsync(Path + SafeQuery(text), $$"""{"ToUserName":"gh","Encrypt":"{{text}}"}""");
    }

    public static string ResultJson(string trace, string suggestion) => $$"""
        {"ToUserName":"gh_9df7d78a1234","FromUserName":"oUser","CreateTime":1626959646,"MsgType":"event","Event":"wxa_media_check","appid":"{{FakeWeChat.AppId}}",
        "trace_id":"{{trace}}","version":2,"detail":[{"strategy":"content_model","errcode":0,"suggest":"risky","label":20006,"prob":90}],
        "errcode":0,"errmsg":"ok","result":{"suggest":"{{suggestion}}","label":100} }
        """;

    public static string ResultXml(string trace, string suggestion) => $"""
        <xml><ToUserName><![CDATA[gh_9df7d78a1234]]></ToUserName><FromUserName><![CDATA[oUser]]></FromUserName><CreateTime>1626959646</CreateTime>
        <MsgType><![CDATA[event]]></MsgType><Event><![CDATA[wxa_media_check]]></Event><appid><![CDATA[{FakeWeChat.AppId}]]></appid>
        <trace_id><![CDATA[{trace}]]></trace_id><version>2</version>
        <detail><strategy><![CDATA[content_model]]></strategy><errcode>0</errcode><suggest><![CDATA[risky]]></suggest><label>20006</label></detail>
        <errcode>0</errcode><errmsg><![CDATA[ok]]></errmsg><result><suggest><![CDATA[{suggestion}]]></suggest><label>100</label></result></xml>
        """;

    /// <summary>The field <c>Encrypt</c> of the safe mode.</summary>
    public static string Seal(string message, string appId = FakeWeChat.AppId, string key = Key)
    {
        var (text, app) = (Encoding.UTF8.GetBytes(message), Encoding.UTF8.GetBytes(appId));
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
        byte[] plain = [.. RandomNumberGenerator.GetBytes(16), .. length, .. text, .. app];
        var padding = 32 - (plain.Length % 32);
        return Encrypt([.. plain, .. Enumerable.Repeat((byte)padding, padding)], key);
    }

    public static string Encrypt(byte[] padded, string key = Key)
    {
        using var aes = Aes.Create();
        aes.Key = Convert.FromBase64String(key + "=");
        return Convert.ToBase64String(aes.EncryptCbc(padded, aes.Key[..16], PaddingMode.None));
    }
}

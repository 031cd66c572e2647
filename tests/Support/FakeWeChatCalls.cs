using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Postcard.Tests.Support;

/// <param name="Api">The path without its leading slash.</param>
internal sealed record WeChatCall(string Api, string Token, string ContentType, byte[] Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>
/// The calls that need an access token. By itself this WeChat hands out tokens, finds texts with "违法" risky, texts with "可疑" worth a
/// review and pictures fine, takes media under <c>trace-1</c>, <c>trace-2</c>… and draws codes.
/// </summary>
internal sealed partial class FakeWeChat
{
    public const string StableToken = "cgi-bin/stable_token", TextCheck = "wxa/msg_sec_check", PictureCheck = "wxa/img_sec_check",
        MediaCheck = "wxa/media_check_async", CodeDrawing = "wxa/getwxacodeunlimit";

    private readonly ConcurrentDictionary<string, ConcurrentQueue<RequestDelegate>> _answers = new();
    private readonly ConcurrentQueue<WeChatCall> _calls = new();
    private readonly ConcurrentDictionary<string, bool> _tokens = new();
    private int _tokenCount, _traceCount;

    /// <summary>All calls beside logins, in order.</summary>
    public IReadOnlyCollection<WeChatCall> Calls => _calls;

    public IReadOnlyList<WeChatCall> CallsOf(string api) => [.. _calls.Where(call => call.Api == api)];

    /// <summary>Answers the calls of one api by these replies in turn; the last one stays. Tokens are looked at first.</summary>
    public void Answer(string api, params RequestDelegate[] replies) => _answers[api] = new(replies);

    /// <summary>As if nobody had ever said how to answer.</summary>
    public void AnswerAsUsual(string api) => _answers.TryRemove(api, out _);

    /// <summary>All tokens handed out so far are worthless from now on.</summary>
    public void ExpireTokens() => _tokens.Clear();

    public static RequestDelegate Suggest(string suggestion) =>
        Json($$$"""{"errcode":0,"errmsg":"ok","result":{"suggest":"{{{suggestion}}}","label":100},"trace_id":"60ae120f-371d5872-7941a05b"}""");

    public static RequestDelegate Bytes(byte[] bytes, string type = "image/jpeg") => http =>
    {
        http.Response.ContentType = type;
        return http.Response.Body.WriteAsync(bytes).AsTask();
    };

    /// <summary>Hands out <c>access-token-1</c>, <c>access-token-2</c>…</summary>
    public RequestDelegate NewToken(int expiresIn = 7200) => http =>
    {
        var token = $"access-token-{Interlocked.Increment(ref _tokenCount)}";
        _tokens[token] = true;
        return Json($$"""{"access_token":"{{token}}","expires_in":{{expiresIn}}}""")(http);
    };

    /// <summary>Takes a medium and tells its trace id.</summary>
    public RequestDelegate NewTrace => http =>
        Json($$"""{"errcode":0,"errmsg":"ok","trace_id":"trace-{{Interlocked.Increment(ref _traceCount)}}"}""")(http);

    private async Task AnswerPostAsync(HttpContext http)
    {
        if (http.Request.ContentLength is null)
        {
            http.Response.StatusCode = 412;
            return;
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var call = new WeChatCall(http.Request.Path.Value![1..], http.Request.Query["access_token"].ToString(), http.Request.ContentType ?? "", body.ToArray());
        _calls.Enqueue(call);
        await ReplyTo(call)(http);
    }

    private RequestDelegate ReplyTo(WeChatCall call)
    {
        if (call.Api != StableToken && !_tokens.ContainsKey(call.Token))
        {
            return Error(40001, "invalid credential, access_token is invalid or not latest rid: 5555-6666");
        }

        if (_answers.TryGetValue(call.Api, out var replies))
        {
            return replies.Count > 1 && replies.TryDequeue(out var next) ? next : replies.TryPeek(out var last) ? last : Error(-1);
        }

        return call.Api switch
        {
            StableToken when call.Json.GetProperty("appid").GetString() != AppId => Error(40013, "invalid appid rid: 1111-2222"),
            StableToken when call.Json.GetProperty("secret").GetString() != Secret => Error(40125, "invalid appsecret rid: 3333-4444"),
            StableToken => NewToken(),
            TextCheck when call.Text.Contains("违法", StringComparison.Ordinal) => Suggest("risky"),
            TextCheck when call.Text.Contains("可疑", StringComparison.Ordinal) => Suggest("review"),
            TextCheck => Suggest("pass"),
            PictureCheck => Error(0, "ok"),
            MediaCheck => NewTrace,
            CodeDrawing => Bytes(Samples.Picture(call.Json.GetProperty("width").GetInt32(), call.Json.GetProperty("width").GetInt32())),
            _ => Error(48001, "api unauthorized"),
        };
    }
}

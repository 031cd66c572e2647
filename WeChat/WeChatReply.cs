using System.Net;
using System.Text.Json;

namespace Postcard.WeChat;

/// <summary>What WeChat answers, told by content: it sends JSON as <c>text/plain</c> too, and pictures where failures are JSON.</summary>
/// <param name="Code"><c>errcode</c>; 0 when absent.</param>
/// <param name="RequestId">The <c>rid</c> in <c>errmsg</c>, for a question to WeChat's support; empty when there is none.</param>
internal sealed record WeChatReply(long Code, string RequestId)
{
    private const int MaxOpenId = 64, MaxToken = 1024, MaxTrace = 128;
    private const int MaxRequestId = 64;

    /// <summary>Whether <c>errcode</c> is there and 0, which is all that some calls say when all is well; gateways on the way answer in JSON, too.</summary>
    public bool SaysOk { get; private init; }

    /// <summary>Null unless it is 1 to 64 printable ASCII characters.</summary>
    public string? OpenId { get; private init; }

    /// <summary>Null unless it is printable ASCII.</summary>
    public string? AccessToken { get; private init; }

    /// <summary>Seconds; 0 when absent.</summary>
    public long ExpiresIn { get; private init; }

    /// <summary>What the result of a check that goes on is pushed under.</summary>
    public string? TraceId { get; private init; }

    /// <summary>By <c>result.suggest</c>; the errcode alone says nothing.</summary>
    public Verdict Verdict { get; private init; } = Verdict.Unsure;

    /// <summary>The first IP address in <c>errmsg</c>.</summary>
    public string? Address { get; private init; }

    /// <summary>A JPEG or PNG file; null when the reply is JSON.</summary>
    public byte[]? Picture { get; private init; }

    /// <summary>Null when it is not a reply of WeChat's at all. The <c>session_key</c> stays behind.</summary>
    public static WeChatReply? Parse(byte[] content)
    {
        if (content is [0xFF, 0xD8, ..] or [0x89, (byte)'P', (byte)'N', (byte)'G', ..])
        {
            return new(0, "") { Picture = content };
        }

        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement;
            return root.ValueKind is JsonValueKind.Object && CodeOf(root) is { } code ? Read(root, code) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter: a string that is not Unicode
        {
            return null;
        }
    }

    /// <param name="suggestion"><c>suggest</c>, here as in pushed messages.</param>
    public static Verdict VerdictOf(string? suggestion) => suggestion switch
    {
        "pass" => Verdict.Pass,
        "review" => Verdict.Review,
        "risky" => Verdict.Risky,
        _ => Verdict.Unsure,
    };

    public static bool IsTrace(string text) => IsPlain(text, MaxTrace);

    private static WeChatReply Read(JsonElement root, long code)
    {
        var message = TextOf(root, "errmsg") ?? "";
        return new(code, RequestIdOf(message))
        {
            SaysOk = code is 0 && root.TryGetProperty("errcode", out var said) && said.ValueKind is not JsonValueKind.Null,
            OpenId = PlainOf(root, "openid", MaxOpenId),
            AccessToken = PlainOf(root, "access_token", MaxToken),
            ExpiresIn = root.TryGetProperty("expires_in", out var seconds) && seconds.ValueKind is JsonValueKind.Number && seconds.TryGetInt64(out var number) ? number : 0,
            TraceId = PlainOf(root, "trace_id", MaxTrace),
            Verdict = root.TryGetProperty("result", out var result) && result.ValueKind is JsonValueKind.Object ? VerdictOf(TextOf(result, "suggest")) : Verdict.Unsure,
            Address = AddressIn(message),
        };
    }

    private static long? CodeOf(JsonElement root)
    {
        if (!root.TryGetProperty("errcode", out var value))
        {
            return 0;
        }

        return value.ValueKind switch
        {
            JsonValueKind.Null => 0,
            JsonValueKind.Number when value.TryGetInt64(out var code) => code,
            JsonValueKind.String when long.TryParse(value.GetString(), out var code) => code,
            _ => null,
        };
    }

    private static string RequestIdOf(string message)
    {
        const string Mark = "rid: ";
        var start = message.IndexOf(Mark, StringComparison.Ordinal);
        return start < 0
            ? ""
            : string.Concat(message.Skip(start + Mark.Length).TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '-').Take(MaxRequestId));
    }

    /// <summary>As in <c>invalid ip 1.2.3.4 ipv6 ::ffff:1.2.3.4, not in whitelist</c>.</summary>
    private static string? AddressIn(string message) => message
        .Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)
        .FirstOrDefault(word => word.AsSpan().ContainsAny('.', ':') && IPAddress.TryParse(word, out _));

    private static string? PlainOf(JsonElement root, string name, int max) =>
        TextOf(root, name) is { } text && IsPlain(text, max) ? text : null;

    private static bool IsPlain(string text, int max) => text.Length > 0 && text.Length <= max && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static string? TextOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}

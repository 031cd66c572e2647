using System.Text.Json;

namespace Postcard.WeChat;

/// <summary>What code2Session answers, told by content: WeChat sends JSON as <c>text/plain</c> too.</summary>
/// <param name="Code"><c>errcode</c>; 0 when absent.</param>
/// <param name="OpenId">Null unless it is 1 to 64 printable ASCII characters.</param>
/// <param name="RequestId">The <c>rid</c> in <c>errmsg</c>, for a question to WeChat's support; empty when there is none.</param>
internal sealed record WeChatReply(long Code, string? OpenId, string RequestId)
{
    private const int MaxOpenId = 64;
    private const int MaxRequestId = 64;

    /// <summary>Null when it is not a reply of WeChat's at all. The <c>session_key</c> stays behind.</summary>
    public static WeChatReply? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return root.ValueKind is JsonValueKind.Object && CodeOf(root) is { } code
                ? new(code, OpenIdOf(root), RequestIdOf(TextOf(root, "errmsg")))
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter: a string that is not Unicode
        {
            return null;
        }
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

    private static string? OpenIdOf(JsonElement root) =>
        TextOf(root, "openid") is { Length: > 0 and <= MaxOpenId } openId && !openId.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? openId : null;

    private static string RequestIdOf(string? message)
    {
        const string Mark = "rid: ";
        var start = message?.IndexOf(Mark, StringComparison.Ordinal) ?? -1;
        return start < 0
            ? ""
            : string.Concat(message!.Skip(start + Mark.Length).TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '-').Take(MaxRequestId));
    }

    private static string? TextOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}

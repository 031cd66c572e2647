using System.Net.Http.Headers;

namespace Postcard.WeChat;

/// <summary>Calls that need an access token.</summary>
internal sealed class TokenCalls(WeChatTransport transport, AccessTokens tokens)
{
    public const string JsonType = "application/json";

    /// <summary>POSTs, and once more with a new token when WeChat says that the token is no longer good.</summary>
    /// <param name="path">Relative, such as <c>wxa/msg_sec_check</c>; its last segment is the call's name.</param>
    /// <exception cref="WeChatException">No token, out of reach, garbage.</exception>
    public async Task<WeChatReply> PostAsync(
        string path, byte[] body, string contentType, CancellationToken cancel, int maxBytes = WeChatHttp.MaxReplyBytes)
    {
        var token = await tokens.GetAsync(cancel);
        var reply = await SendAsync(token);
        if (reply.Code is 40001 or 40014 or 42001)
        {
            tokens.Drop(token);
            reply = await SendAsync(await tokens.GetAsync(cancel));
        }

        return reply;

        async Task<WeChatReply> SendAsync(string with)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{path}?access_token={Uri.EscapeDataString(with)}");
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
            return await transport.SendAsync(NameOf(path), request, maxBytes, cancel);
        }
    }

    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}

namespace Postcard.WeChat;

/// <summary>The mini-program's own kind of QR code.</summary>
internal sealed class ShareCodes(WeChatTransport transport, TokenCalls calls)
{
    private const string Path = "wxa/getwxacodeunlimit";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>A code that opens a page of the mini-program.</summary>
    /// <param name="scene">What the page gets: up to 32 characters, digits and letters among others.</param>
    /// <param name="page">Without a leading slash.</param>
    /// <param name="width">Pixels, 280 to 1280.</param>
    /// <returns>A JPEG or PNG file.</returns>
    /// <exception cref="WeChatException">Refused or failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was.</exception>
    public Task<byte[]> FetchAsync(string scene, string page, int width, CancellationToken cancel)
    {
        // The page need not be published yet. Which release opens it is left to WeChat: an empty env_version is refused.
        var body = WeChatJson.Write(json =>
        {
            json.WriteString("scene"u8, scene);
            json.WriteString("page"u8, page);
            json.WriteBoolean("check_path"u8, false);
            json.WriteNumber("width"u8, width);
        });
        return transport.WithinAsync(Limit, TokenCalls.NameOf(Path), async limit =>
        {
            var reply = await calls.PostAsync(Path, body, TokenCalls.JsonType, limit, WeChatHttp.MaxPictureBytes);
            return reply.Picture ?? throw transport.Refuse(TokenCalls.NameOf(Path), reply);
        }, cancel);
    }
}

namespace Postcard.WeChat;

/// <summary>The one way from here to WeChat's servers.</summary>
internal static class WeChatHttp
{
    /// <summary>The largest JSON reply that is read, in bytes; a login's has about 150.</summary>
    public const int MaxReplyBytes = 64 * 1024;

    /// <summary>The largest picture: a code of 1280 pixels has about 200 kB.</summary>
    public const int MaxPictureBytes = 2 * 1024 * 1024;

    /// <param name="api">Base address, such as <c>https://api.weixin.qq.com</c>.</param>
    public static HttpClient Create(string api) => new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(3),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
        UseProxy = false,
    })
    {
        BaseAddress = new Uri(api.TrimEnd('/') + "/"),
        Timeout = Timeout.InfiniteTimeSpan,
    };
}

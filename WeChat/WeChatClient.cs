namespace Postcard.WeChat;

internal enum WeChatFault
{
    /// <summary>40029, 40163: the code is wrong or was used.</summary>
    CodeRefused,

    /// <summary>40226: WeChat takes the account for risky.</summary>
    RiskyUser,

    /// <summary>45011.</summary>
    TooOften,

    /// <summary>Busy, garbage, wrong appid or secret.</summary>
    Unavailable,

    /// <summary>No answer within the time limit.</summary>
    TimedOut,
}

internal sealed class WeChatException(WeChatFault fault) : Exception(fault.ToString())
{
    public WeChatFault Fault { get; } = fault;
}

/// <summary>Calls the WeChat platform. Codes, secrets and session keys never reach the log.</summary>
internal sealed class WeChatClient(HttpClient http, string appId, string secret)
{
    /// <summary>Exchanges a <c>wx.login</c> code for the user's openid at <c>sns/jscode2session</c>.</summary>
    /// <exception cref="WeChatException">Refused or failed.</exception>
    public Task<string> OpenIdOfAsync(string code, CancellationToken cancel) => throw new NotImplementedException($"{http}{appId}{secret}");
}

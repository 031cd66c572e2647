namespace Postcard.WeChat;

internal enum WeChatFault
{
    /// <summary>40029, 40163: the code is wrong or was used.</summary>
    CodeRefused,

    /// <summary>40226: WeChat takes the account for risky.</summary>
    RiskyUser,

    /// <summary>45011.</summary>
    TooOften,

    /// <summary>Busy, garbage, out of reach, wrong appid or secret.</summary>
    Unavailable,

    /// <summary>No answer within the time limit.</summary>
    TimedOut,
}

internal sealed class WeChatException(WeChatFault fault) : Exception(fault.ToString())
{
    public WeChatFault Fault { get; } = fault;
}

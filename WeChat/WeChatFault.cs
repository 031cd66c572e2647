namespace Postcard.WeChat;

internal enum WeChatFault
{
    /// <summary>40029, 40163: the code is wrong or was used.</summary>
    CodeRefused,

    /// <summary>40226: WeChat takes the account for risky.</summary>
    RiskyUser,

    /// <summary>45009, 45011.</summary>
    TooOften,

    /// <summary>40013, 40125, 41002, 41004: wrong appid or secret.</summary>
    AccountRefused,

    /// <summary>40164: the address of this server is not in the account's IP whitelist.</summary>
    AddressNotAllowed,

    /// <summary>Another errcode.</summary>
    Refused,

    /// <summary>Busy, garbage, out of reach.</summary>
    Unavailable,

    /// <summary>No answer within the time limit.</summary>
    TimedOut,

    /// <summary>There is no appid: nothing was asked.</summary>
    NotConfigured,
}

/// <param name="code">WeChat's <c>errcode</c>; 0 where it did not come to one.</param>
/// <param name="address">With <see cref="WeChatFault.AddressNotAllowed"/>, this server's address as WeChat saw it, if it said so.</param>
internal sealed class WeChatException(WeChatFault fault, long code = 0, string? address = null) : Exception(fault.ToString())
{
    public WeChatFault Fault { get; } = fault;

    public long Code { get; } = code;

    public string? Address { get; } = address;
}

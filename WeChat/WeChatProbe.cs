namespace Postcard.WeChat;

internal enum WeChatProbeOutcome
{
    Ok,

    /// <summary>40164.</summary>
    IpNotAllowed,

    /// <summary>Wrong appid or secret, or none.</summary>
    AccountRefused,

    /// <summary>No connection, no answer in time, or nothing that WeChat would say.</summary>
    OutOfReach,

    Other,
}

/// <summary>Whether WeChat serves this server.</summary>
/// <param name="Code">WeChat's errcode; 0 where there was none.</param>
/// <param name="Ip">With <see cref="WeChatProbeOutcome.IpNotAllowed"/>, this server's address as WeChat saw it, if it said so.</param>
internal sealed record WeChatProbe(WeChatProbeOutcome Outcome, long Code = 0, string? Ip = null);

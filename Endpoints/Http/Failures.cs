using Microsoft.AspNetCore.Http;
using Postcard.Media;
using Postcard.Storage;
using Postcard.WeChat;

namespace Postcard.Endpoints.Http;

/// <summary>What the exceptions of the other parts mean to a client.</summary>
internal static class Failures
{
    /// <summary>Null for what nobody foresaw.</summary>
    public static Failure? Of(Exception exception) => exception switch
    {
        Failure failure => failure,
        MediaException media => Of(media.Fault),
        WeChatException weChat => Of(weChat),
        StorageFullException => Failure.StorageFull(),
        IOException io when Native.IsDiskFull(io) => Failure.StorageFull(),
        DatabaseBusyException or StorageUnavailableException => Failure.Busy(),
        StorageDamagedException => Failure.Damaged(),
        BadHttpRequestException bad => Of(bad),
        _ => null,
    };

    private static Failure Of(MediaFault fault) => fault switch
    {
        MediaFault.Heic => Failure.UnsupportedMedia(
            "不支持 HEIC 图片，请在选择图片时使用“压缩图”", "HEIC pictures are not supported, please choose the compressed picture"),
        MediaFault.WebM => Failure.UnsupportedMedia(
            "不支持 WebM 录音，请录制为 MP3", "WebM recordings are not supported, please record MP3"),
        MediaFault.Unsupported => Failure.UnsupportedMedia("不支持该文件格式", "This file format is not supported"),
        MediaFault.TooManyPixels => Failure.BadMedia("图片尺寸过大", "This picture has too many pixels"),
        MediaFault.TooLong => Failure.BadMedia("音频最长 10 分钟", "A recording may be ten minutes long at most"),
        MediaFault.TooSlow => Failure.BadMedia("文件处理超时", "This file took too long to process"),
        MediaFault.Busy => Failure.Busy(),
        _ => Failure.BadMedia("文件已损坏或不完整", "This file is damaged or incomplete"),
    };

    private static Failure Of(WeChatException refusal) => refusal.Fault switch
    {
        WeChatFault.CodeRefused => new(401, "login_refused", new("登录失败，请重试", "The login was refused, please try again")),
        WeChatFault.RiskyUser => new(403, "forbidden", new("该微信账号存在风险，暂时无法登录", "WeChat considers this account risky, it cannot log in now")),
        WeChatFault.TooOften => Failure.RateLimited(seconds: 60),
        WeChatFault.TimedOut => new(504, "wechat_unavailable", new("微信服务响应超时，请稍后再试", "WeChat did not answer in time, please try again")),
        WeChatFault.NotConfigured => new(502, "wechat_unavailable", new("服务器未配置微信小程序", "This server has no WeChat mini-program")),
        WeChatFault.Refused or WeChatFault.AccountRefused or WeChatFault.AddressNotAllowed => new(502, "wechat_unavailable", new($"微信拒绝了该请求（错误码 {refusal.Code}）", $"WeChat refused this (error {refusal.Code})")),
        _ => new(502, "wechat_unavailable", new("微信服务暂时不可用，请稍后再试", "WeChat is not available now, please try again")),
    };

    private static Failure Of(BadHttpRequestException bad) => bad.StatusCode switch
    {
        413 => Failure.TooLarge("内容过大", "This is too large"),
        var status => new(status, "bad_request", new("请求格式错误", "This is not a well-formed request")),
    };
}

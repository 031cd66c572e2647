using System.Globalization;

namespace Postcard.Endpoints.Http;

/// <summary>One sentence for the end user, in the two languages of the contract.</summary>
internal sealed record Text(string Chinese, string English);

/// <summary>
/// A request that cannot be served: HTTP status, machine-readable reason and the sentence for the user.
/// <see cref="Replies"/> is the one place that writes it.
/// </summary>
internal sealed class Failure(int status, string reason, Text text, int? retryAfterSeconds = null) : Exception(reason)
{
    public int Status { get; } = status;
    public string Reason { get; } = reason;
    public Text Text { get; } = text;
    public int? RetryAfterSeconds { get; } = retryAfterSeconds;

    /// <summary>Words for programs beside the reason, where there can be several.</summary>
    public IReadOnlyList<string> Lacks { get; init; } = [];

    public static Failure BadRequest(string chinese, string english) => new(400, "bad_request", new(chinese, english));

    public static Failure Unauthorized() => new(401, "unauthorized", new("请先登录", "Please log in first"));

    public static Failure Forbidden() => new(403, "forbidden", new("没有权限进行此操作", "You may not do this"));

    public static Failure Banned() => new(403, "forbidden", new("账号已被封禁，暂时只能查看", "This account is banned: it can read, but not change anything"));

    public static Failure NotFound() => new(404, "not_found", new("内容不存在或已被删除", "This does not exist or was deleted"));

    public static Failure MethodNotAllowed() =>
        new(405, "method_not_allowed", new("不支持该请求方法", "This method is not allowed here"));

    public static Failure NoUpload(Text text) => new(409, "no_upload", text);

    public static Failure Changed() =>
        new(409, "conflict", new("明信片在此期间已被修改或审核，请重新查看", "The card was changed or reviewed meanwhile, please look at it again"));

    public static Failure Conflict() =>
        new(409, "conflict", new("相同的 Idempotency-Key 已用于其他内容", "This Idempotency-Key was used with another body"));

    public static Failure TooLarge(string chinese, string english) => new(413, "too_large", new(chinese, english));

    public static Failure UnsupportedMedia(string chinese, string english) => new(415, "unsupported_media", new(chinese, english));

    /// <param name="field">The JSON field, named in the text as the contract demands.</param>
    public static Failure InvalidField(string field, string chinese, string english) =>
        new(422, "invalid_field", new($"{field}：{chinese}", $"{field}: {english}"));

    public static Failure RejectedContent() =>
        new(422, "rejected_content", new("内容未通过微信内容安全检测，请修改后再试", "WeChat's content check refuses this text, please change it"));

    public static Failure BadMedia(string chinese, string english) => new(422, "bad_media", new(chinese, english));

    /// <param name="seconds">After which a call has a chance again.</param>
    public static Failure RateLimited(int seconds) =>
        new(429, "rate_limited", new("操作过于频繁，请稍后再试", "Too many requests, please try again later"), seconds);

    public static Failure Busy() => new(503, "busy", new("服务器繁忙，请稍后再试", "The server is busy, please try again"), retryAfterSeconds: 2);

    public static Failure TooManyCards(int most) => new(507, "quota_exceeded",
        new($"明信片已达 {most} 张的上限，请先删除一些", $"You have as many cards as one may have ({most}), please delete some first"));

    public static Failure TooManySaved(int most) => new(507, "quota_exceeded",
        new($"收藏已满，最多 {most} 张", string.Create(CultureInfo.InvariantCulture, $"You can keep {most:N0} cards at most")));

    public static Failure QuotaFull(int megabytes) => new(507, "quota_exceeded",
        new($"您的 {megabytes} MB 空间已用完，请先删除一些明信片", $"Your space of {megabytes} MB is full, please delete some cards first"));

    public static Failure NotReady(IReadOnlyList<string> lacks) =>
        new(503, "not_ready", new("服务器尚未就绪，请稍后再试", "The server is not ready, please try again"), retryAfterSeconds: 5) { Lacks = lacks };

    public static Failure StorageFull() =>
        new(507, "storage_full", new("服务器存储空间不足，请稍后再试", "The server has run out of storage, please try later"), retryAfterSeconds: 60);

    public static Failure Damaged() => new(500, "internal",
        new("服务器部分数据已损坏，无法读取", "A part of the server's database is damaged and cannot be read; postcard verify names it"));

    public static Failure Internal() => new(500, "internal", new("服务器内部错误", "Internal server error"));
}

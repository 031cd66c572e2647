using System.Security.Cryptography;
using System.Text;

namespace Postcard.WeChat;

/// <summary>Where a text will be seen, as WeChat numbers it.</summary>
internal enum TextScene
{
    Profile = 1,
    Social = 4,
}

/// <summary>The kinds of <c>media_check_async</c>, as WeChat numbers them.</summary>
internal enum CheckedMedium
{
    Sound = 1,
    Picture = 2,
}

/// <summary>WeChat's checks of what users write, show and say.</summary>
internal sealed class ContentSecurity(WeChatTransport transport, TokenCalls calls, TimeProvider time)
{
    /// <summary>What <c>msg_sec_check</c> takes at once, in UTF-16 units.</summary>
    private const int PieceLength = 2500;

    /// <summary>What two pieces share, so that no word is read in halves only. Three of them still hold the longest card.</summary>
    private const int Overlap = 100;

    /// <summary>What <c>img_sec_check</c> takes.</summary>
    public const int MaxPictureBytes = 1024 * 1024;

    /// <summary>What <c>media_check_async</c> fetches.</summary>
    public const int MaxMediumBytes = 10_000_000;

    private const string TextPath = "wxa/msg_sec_check", PicturePath = "wxa/img_sec_check", MediumPath = "wxa/media_check_async";
    private const int RiskyPicture = 87014;

    private static readonly TimeSpan TextLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MediaLimit = TimeSpan.FromSeconds(10);

    private readonly Silence _silence = new(time);

    /// <summary>Whether the latest of these calls went unanswered, so that whoever can wait should not ask now.</summary>
    public bool IsSilent => _silence.Lasts;

    /// <summary>Checks a text of any length, in two seconds at most. The gravest verdict on a piece counts for the whole.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was.</exception>
    public async Task<Verdict> TextAsync(string openId, TextScene scene, string text, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Verdict.Pass;
        }

        var verdicts = await Task.WhenAll(Pieces(text).Select(piece => AskAsync(TextLimit, TextPath, async limit =>
        {
            var reply = await calls.PostAsync(TextPath, BodyOf(openId, scene, piece), TokenCalls.JsonType, limit);
            return reply.Code is 0 ? reply.Verdict : throw transport.Refuse(TokenCalls.NameOf(TextPath), reply);
        }, Verdict.Unsure, cancel)));
        return verdicts.Max();
    }

    /// <summary>Checks a picture at once.</summary>
    /// <param name="jpeg">At most <see cref="MaxPictureBytes"/> and 750 × 1334 pixels.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was.</exception>
    public Task<Verdict> PictureAsync(byte[] jpeg, CancellationToken cancel) => AskAsync(MediaLimit, PicturePath, async limit =>
    {
        var boundary = "postcard-" + RandomNumberGenerator.GetHexString(24);
        var reply = await calls.PostAsync(PicturePath, FormOf(jpeg, boundary), "multipart/form-data; boundary=" + boundary, limit);
        return reply switch
        {
            { SaysOk: true } => Verdict.Pass,
            { Code: RiskyPicture } => Verdict.Risky,
            _ => throw transport.Refuse(TokenCalls.NameOf(PicturePath), reply),
        };
    }, Verdict.Unsure, cancel);

    /// <summary>Has WeChat fetch and check a file; the result is pushed later, under the trace id.</summary>
    /// <param name="url">Good for half an hour at least, for anyone who has it.</param>
    /// <returns>The trace id; null when WeChat did not take it.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was.</exception>
    public Task<string?> SubmitAsync(string openId, CheckedMedium medium, string url, CancellationToken cancel) => AskAsync<string?>(MediaLimit, MediumPath, async limit =>
    {
        var reply = await calls.PostAsync(MediumPath, BodyOf(openId, medium, url), TokenCalls.JsonType, limit);
        return reply is { Code: 0, TraceId: { } trace } ? trace : throw transport.Refuse(TokenCalls.NameOf(MediumPath), reply);
    }, null, cancel);

    /// <summary>Pieces that WeChat takes; a character outside of the basic plane is never cut in two.</summary>
    internal static IEnumerable<string> Pieces(string text)
    {
        for (var (start, end) = (0, 0); end < text.Length; start = Whole(end - Overlap))
        {
            end = Whole(Math.Min(start + PieceLength, text.Length));
            yield return text[start..end];
        }

        int Whole(int at) => at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]) ? at - 1 : at;
    }

    /// <returns><paramref name="failed"/> when WeChat did not do it; why was logged where it was seen.</returns>
    private async Task<T> AskAsync<T>(TimeSpan limit, string path, Func<CancellationToken, Task<T>> ask, T failed, CancellationToken cancel)
    {
        try
        {
            var said = await transport.WithinAsync(limit, TokenCalls.NameOf(path), ask, cancel);
            _silence.Note(answered: true);
            return said;
        }
        catch (WeChatException e)
        {
            _silence.Note(answered: e.Code is not 0);
            return failed;
        }
    }

    private static byte[] BodyOf(string openId, TextScene scene, string text) => WeChatJson.Write(json =>
    {
        json.WriteString("openid"u8, openId);
        json.WriteNumber("scene"u8, (int)scene);
        json.WriteNumber("version"u8, 2);
        json.WriteString("content"u8, text);
    });

    private static byte[] BodyOf(string openId, CheckedMedium medium, string url) => WeChatJson.Write(json =>
    {
        json.WriteString("media_url"u8, url);
        json.WriteNumber("media_type"u8, (int)medium);
        json.WriteNumber("version"u8, 2);
        json.WriteNumber("scene"u8, (int)TextScene.Social);
        json.WriteString("openid"u8, openId);
    });

    /// <summary>By hand: WeChat wants quotes where <see cref="MultipartFormDataContent"/> writes none, around the names, and none around the boundary.</summary>
    private static byte[] FormOf(byte[] jpeg, string boundary) =>
    [
        .. Encoding.ASCII.GetBytes(
            $"--{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"picture.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"),
        .. jpeg,
        .. Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"),
    ];
}

using Microsoft.AspNetCore.Http;
using Postcard.Endpoints.Http;
using Postcard.WeChat;

namespace Postcard.Endpoints;

/// <summary>
/// What WeChat pushes: results of checks. Nothing is made of a message's age: a result counts once, for an id that only WeChat and this server know,
/// so that an old message sent again changes nothing, and a clock that went wrong loses none.
/// </summary>
internal static class Push
{
    /// <summary>WeChat asks once whether the token is known here.</summary>
    public static async Task ConfirmAsync(Call call)
    {
        CheckSignature(call, SealOf(call));
        await Replies.TextAsync(call, QueryFields.Value(call, "echostr") ?? "");
    }

    /// <summary>Takes a message, sealed where there is a key. What is not the result of a check is taken for read.</summary>
    public static async Task TakeAsync(Call call)
    {
        var seal = SealOf(call);
        var message = Read(call, seal, await JsonFields.BytesAsync(call.Http.Request.BodyReader));
        if (message?.MediaResult is { } result)
        {
            await call.App.Store.Checks.ResultAsync(result.TraceId, result.Verdict);
        }

        await Replies.TextAsync(call, "success");
    }

    private static PushMessage? Read(Call call, PushSeal seal, byte[] body)
    {
        // The signature of a plain message does not cover what it says: with a key, only what is sealed counts. The compatible mode sends both.
        if (call.App.Settings.WeChat.PushKey is null && !QueryFields.Is(call, "encrypt_type", "aes"))
        {
            CheckSignature(call, seal);
            return PushMessage.Parse(body);
        }

        // The one error for all that may be wrong.
        var encrypted = PushMessage.Parse(body)?.Encrypt ?? "";
        return seal.Signed(QueryFields.Value(call, "msg_signature"), Time(call), Nonce(call), encrypted) && seal.Open(encrypted) is { } message
            ? PushMessage.Parse(message)
            : throw Failure.Forbidden();
    }

    private static void CheckSignature(Call call, PushSeal seal)
    {
        if (!seal.Signed(QueryFields.Value(call, "signature"), Time(call), Nonce(call)))
        {
            throw Failure.Forbidden();
        }
    }

    private static PushSeal SealOf(Call call) => call.App.Settings.WeChat is { PushToken: { } token } weChat
        ? new(token, weChat.PushKey, weChat.AppId)
        : throw Failure.NotFound();

    private static string Time(Call call) => QueryFields.Value(call, "timestamp") ?? "";

    private static string Nonce(Call call) => QueryFields.Value(call, "nonce") ?? "";
}

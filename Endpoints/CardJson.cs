using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>
/// Cards as the contract shows them. What is the same for everyone is rendered once and kept with the cached card; the end depends on who
/// looks.
/// </summary>
internal static class CardJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly byte[] Foreign = ""","mine":false,"saved":false}"""u8.ToArray();
    private static readonly byte[] ForeignSaved = ""","mine":false,"saved":true}"""u8.ToArray();

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    /// <summary>The fields that everyone sees, as an object that is not closed yet.</summary>
    public static byte[] Render(Card card, User author)
    {
        var buffer = s_buffer ??= new(2048);
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            Write(json, card, author, null);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The same fields, within an object of the caller's.</summary>
    /// <param name="link">Makes of a path what somebody without a token can follow; null leaves paths as they are.</param>
    public static void Write(Utf8JsonWriter json, Card card, User author, Func<string, string>? link)
    {
        WriteTexts(json, card, author);
        WriteMedia(json, card, link);
        json.WriteBoolean("plaza"u8, card.Plaza);
        json.WriteString("status"u8, card.Status);
        json.WriteString("created"u8, Times.Format(card.Created));
        json.WriteString("updated"u8, Times.Format(card.Updated));
    }

    /// <summary>The rendered fields for this caller: <c>&lt;image src&gt;</c> sends no token, so who may see a hidden card gets links that need none.</summary>
    public static byte[] Body(Call call, OpenCard card)
    {
        if (!card.Hidden)
        {
            return card.Json;
        }

        var json = new StringBuilder(Encoding.UTF8.GetString(card.Json));
        Sign("image", card.Blobs.Image);
        Sign("mini_image", card.Blobs.Mini);
        Sign("audio", card.Blobs.Audio);
        return Encoding.UTF8.GetBytes(json.ToString());

        // A text of the card cannot hold this: its quotes are escaped.
        void Sign(string kind, Blob? blob)
        {
            var path = PathOf(kind, card.Id, blob);
            _ = path is null ? null : json.Replace($"\"{kind}\":\"{path}\"", $"\"{kind}\":\"{call.App.Signed.Sign(path)}\"");
        }
    }

    /// <summary>The fields that depend on the caller, and the end of the object. Openid and reason are shown to the owner only.</summary>
    public static byte[] Tail(Caller? caller, OpenCard card, bool saved)
    {
        if (caller is null || caller.Uid != card.Uid)
        {
            return saved ? ForeignSaved : Foreign;
        }

        var openId = JsonEncodedText.Encode(caller.OpenId, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        var reason = card.Status == CardStatus.Rejected
            ? $"\"reason\":\"{JsonEncodedText.Encode(card.Reason, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\","
            : "";
        return Encoding.UTF8.GetBytes($$""",{{reason}}"mine":true,"saved":{{(saved ? "true" : "false")}},"wx_openid":"{{openId}}"}""");
    }

    private static void WriteTexts(Utf8JsonWriter json, Card card, User author)
    {
        json.WriteString("id"u8, card.Id);
        json.WriteString("title"u8, card.Title);
        json.WriteString("from"u8, card.From);
        json.WriteString("to"u8, card.To);
        json.WriteString("content"u8, card.Content);
        json.WriteString("wx_name"u8, author.Name);
    }

    private static void WriteMedia(Utf8JsonWriter json, Card card, Func<string, string>? link)
    {
        json.WriteBoolean("with_img"u8, card.Blobs.Image is not null);
        json.WriteBoolean("with_audio"u8, card.Blobs.Audio is not null);
        json.WriteString("image"u8, Linked(PathOf("image", card.Id, card.Blobs.Image)));
        json.WriteString("mini_image"u8, Linked(PathOf("mini_image", card.Id, card.Blobs.Mini)));
        json.WriteString("audio"u8, Linked(PathOf("audio", card.Id, card.Blobs.Audio)));
        WriteId(json, "template"u8, card.Template);
        WriteId(json, "audio_template"u8, card.AudioTemplate);

        string? Linked(string? path) => path is null || link is null ? path : link(path);
    }

    private static string? PathOf(string kind, string id, Blob? blob) => blob is null ? null : $"/postcard/{kind}/{id}?v={blob.Version}";

    private static void WriteId(Utf8JsonWriter json, ReadOnlySpan<byte> name, int? id)
    {
        if (id is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}

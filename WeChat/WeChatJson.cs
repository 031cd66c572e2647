using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Postcard.WeChat;

/// <summary>The bodies that WeChat gets.</summary>
internal static class WeChatJson
{
    // Chinese as it is: WeChat has been seen to take \u escapes for the text itself.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One object, whole: a body without Content-Length is answered 412.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}

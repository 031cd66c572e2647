using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Postcard.Commands;

/// <summary>What a command with <c>--json</c> prints: one object, on one line if it is small.</summary>
internal static class JsonObject
{
    public static void Write(TextWriter output, Action<Utf8JsonWriter> members, bool indented = false)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new() { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }
}

using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;

namespace Postcard.Endpoints.Http;

/// <summary>The fields of a JSON object in a request's body, read as tolerantly as the contract promises.</summary>
internal sealed class JsonFields
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = HttpLimits.JsonDepth };

    private readonly byte[] _body;
    private readonly Dictionary<string, JsonElement> _fields = [];

    private JsonFields(byte[] body, JsonElement root)
    {
        _body = body;
        foreach (var property in root.EnumerateObject())
        {
            if (NameOf(property) is { } name)
            {
                _fields[name] = property.Value;
            }
        }
    }

    /// <summary>Reads the body, whatever its <c>Content-Type</c>.</summary>
    /// <param name="optional">An empty body counts as <c>{}</c>.</param>
    /// <exception cref="Failure">400 not a JSON object in UTF-8; 413 longer than 64 KiB.</exception>
    public static async ValueTask<JsonFields> ReadAsync(Call call, bool optional = false)
    {
        var body = await BytesAsync(call.Http.Request.BodyReader);
        var json = body.AsMemory();
        if (json.Span.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        if (json.IsEmpty && optional)
        {
            json = "{}"u8.ToArray();
        }

        try
        {
            // Cloned, so that nobody has to give pooled memory back. The parser itself does not look into strings.
            using var document = Utf8.IsValid(json.Span) ? JsonDocument.Parse(json, Options) : throw NotJson();
            return document.RootElement.ValueKind == JsonValueKind.Object ? new(body, document.RootElement.Clone()) : throw NotJson();
        }
        catch (JsonException)
        {
            throw NotJson();
        }
    }

    /// <summary>Whether the field is there and not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>Whether the field is there and null, for the fields where that says something.</summary>
    public bool IsNull(string name) => _fields.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>
    /// The text without the white space around it, <c>\r\n</c> and <c>\r</c> (the developer tools on Windows) as <c>\n</c>; null when absent. A
    /// number counts as its text.
    /// </summary>
    /// <param name="max">In UTF-16 units, after trimming.</param>
    /// <exception cref="Failure">422: neither text nor number, too long, control characters, half a surrogate pair.</exception>
    public string? Text(string name, int max) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => TextRules.Clean(name, StringOf(name, value), max),
        { ValueKind: JsonValueKind.Number } value => TextRules.Clean(name, value.GetRawText(), max),
        _ => throw Failure.InvalidField(name, "须为文本", "must be a text"),
    };

    /// <summary>As <see cref="Text"/>, but absent or empty is 422.</summary>
    public string RequiredText(string name, int max) =>
        Text(name, max) is { Length: > 0 } text ? text : throw Failure.InvalidField(name, "不能为空", "must not be empty");

    /// <summary><c>true/false</c>, <c>1/0</c> or either as text; null when absent.</summary>
    /// <exception cref="Failure">422: anything else.</exception>
    public bool? Flag(string name) => Find(name) is not { } value ? null : PlainText(name, value) switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        _ => throw Failure.InvalidField(name, "须为 true 或 false", "must be true or false"),
    };

    /// <summary>A whole number, also as text; null when absent.</summary>
    /// <exception cref="Failure">422: anything else.</exception>
    public int? Integer(string name) => Find(name) is not { } value
        ? null
        : int.TryParse(PlainText(name, value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Failure.InvalidField(name, "须为整数", "must be a whole number");

    /// <summary>SHA-256 of the body as it came, to tell a repeated request from another one.</summary>
    public byte[] BodyHash() => SHA256.HashData(_body);

    /// <summary>A whole body.</summary>
    /// <exception cref="Failure">413 longer than 64 KiB.</exception>
    internal static async ValueTask<byte[]> BytesAsync(PipeReader reader)
    {
        while (true)
        {
            var read = await reader.ReadAsync();
            if (read.Buffer.Length > HttpLimits.JsonBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw Failure.TooLarge("内容过大，最多 64 KiB", "This is too large, the limit is 64 KiB");
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Null for a name with half a surrogate pair: none of ours.</summary>
    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string StringOf(string name, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Failure.InvalidField(name, "含有无效字符", "holds invalid characters");
        }
    }

    private static string PlainText(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => StringOf(name, value).Trim(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => value.GetRawText(),
        _ => "",
    };

    private static Failure NotJson() => Failure.BadRequest("请求内容不是有效的 JSON 对象", "The body is not a valid JSON object");

    private JsonElement? Find(string name) =>
        _fields.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}

using System.Text.Json;
using System.Xml;

namespace Postcard.WeChat;

/// <summary>
/// A pushed message, JSON or XML as the operator chose: its texts and numbers by path, <c>Event</c> or <c>result/suggest</c>. What lies
/// deeper or in lists is left out.
/// </summary>
internal sealed class PushMessage
{
    private const int MaxDepth = 16, KeptDepth = 2;

    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = MaxDepth };

    private static readonly XmlReaderSettings XmlOptions = new()
    {
        DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true, CloseInput = true,
    };

    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    /// <summary>The sealed message inside of this one; null in the plain mode.</summary>
    public string? Encrypt => Find("Encrypt");

    /// <summary>What a check of a medium came to; null when this message is about something else.</summary>
    public MediaResult? MediaResult => Find("Event") is "wxa_media_check" && Find("trace_id") is { } trace && WeChatReply.IsTrace(trace)
        ? new(trace, Find("errcode") is null or "0" ? WeChatReply.VerdictOf(Find("result/suggest")) : Verdict.Unsure)
        : null;

    /// <summary>Null when it is neither JSON nor XML of a message.</summary>
    public static PushMessage? Parse(byte[] body)
    {
        var message = new PushMessage();
        var text = body.AsMemory()[^body.AsSpan().TrimStart("\uFEFF \t\r\n"u8).Length..];
        try
        {
            if (text.Span is [(byte)'<', ..])
            {
                message.ReadXml(text);
            }
            else
            {
                using var document = JsonDocument.Parse(text, JsonOptions);
                message.ReadJson(document.RootElement, "", 1);
            }
        }
        catch (Exception e) when (e is JsonException or XmlException or InvalidOperationException) // the latter: a string that is not Unicode
        {
            return null;
        }

        return message._fields.Count > 0 ? message : null;
    }

    private string? Find(string path) => _fields.GetValueOrDefault(path);

    private void ReadJson(JsonElement element, string path, int depth)
    {
        if (element.ValueKind is not JsonValueKind.Object)
        {
            return;
        }

        foreach (var member in element.EnumerateObject())
        {
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.String or JsonValueKind.Number:
                    _fields[path + member.Name] = member.Value.ToString();
                    break;
                case JsonValueKind.Object when depth < KeptDepth:
                    ReadJson(member.Value, $"{path}{member.Name}/", depth + 1);
                    break;
            }
        }
    }

    private void ReadXml(ReadOnlyMemory<byte> text)
    {
        using var xml = XmlReader.Create(new MemoryStream(text.ToArray()), XmlOptions);
        var path = new List<string>();
        while (xml.Read())
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element when !xml.IsEmptyElement:
                    path.Add(path.Count < MaxDepth ? xml.Name : throw new XmlException());
                    break;
                case XmlNodeType.EndElement:
                    path.RemoveAt(path.Count - 1);
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA when path.Count is > 1 and <= KeptDepth + 1:
                    // The outermost element has no say. Text may come in pieces, plain and CDATA.
                    var name = string.Join('/', path.Skip(1));
                    _fields[name] = _fields.GetValueOrDefault(name) + xml.Value;
                    break;
            }
        }
    }
}

/// <param name="Verdict">Unsure when WeChat could not check it, as when it could not fetch the file (-1008).</param>
internal sealed record MediaResult(string TraceId, Verdict Verdict);

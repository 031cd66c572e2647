using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Postcard.Endpoints.Http;

/// <summary>
/// Renders one envelope into the thread's own buffer. The bytes that come out are valid until the next one begins on the thread, so they
/// are copied away before anything is awaited.
/// </summary>
internal sealed class Envelope
{
    // A buffer that one huge list has grown is not kept.
    private const int KeptBytes = 256 * 1024;

    // Chinese as it is, not as \u escapes: replies are a third as long. Quotes, backslashes and control characters are still escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static Envelope? s_current;

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _json;
    private string? _beside;

    private Envelope() => _json = new(_buffer, Options);

    /// <summary>Up to the place where <c>data</c> goes.</summary>
    public static Envelope Begin(Call call, Text msg)
    {
        var envelope = Rent(call);
        envelope.Raw("""{"success":1,"msg":"""u8);
        envelope.Text(call.English ? msg.English : msg.Chinese);
        envelope.Raw(""","data":"""u8);
        return envelope;
    }

    public static ReadOnlySpan<byte> Failed(Call call, Failure failure)
    {
        var envelope = Rent(call);
        var text = call.English ? failure.Text.English : failure.Text.Chinese;
        envelope.Raw("""{"success":0,"msg":"""u8);
        envelope.Text(text);
        envelope.Raw(""","data":{"errorMsg":"""u8);
        envelope.Text(text);
        envelope.Raw(""","reason":"""u8);
        envelope.Text(failure.Reason);
        if (failure.Lacks.Count > 0)
        {
            envelope.Raw(""","lacks":"""u8);
            envelope.Json(failure.Lacks, Endpoints.Json.Default.IReadOnlyListString);
        }

        envelope.Raw("""},"errorCode":1"""u8);
        return envelope.Close();
    }

    /// <summary>What was rendered so far.</summary>
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public void Raw(ReadOnlySpan<byte> json) => _buffer.Write(json);

    public void Json<T>(T data, JsonTypeInfo<T> type)
    {
        _json.Reset();
        JsonSerializer.Serialize(_json, data, type);
        _json.Flush();
    }

    public ReadOnlySpan<byte> End()
    {
        Raw(""","errorCode":0"""u8);
        return Close();
    }

    public ReadOnlySpan<byte> EndWithNext(string? next)
    {
        Raw(""","errorCode":0,"next":"""u8);
        Text(next);
        return Close();
    }

    private static Envelope Rent(Call call)
    {
        if (s_current is not { _buffer.Capacity: <= KeptBytes } envelope)
        {
            s_current = envelope = new();
        }

        envelope._buffer.ResetWrittenCount();
        envelope._beside = call.Beside;
        return envelope;
    }

    private void Text(string? text)
    {
        _json.Reset();
        _json.WriteStringValue(text);
        _json.Flush();
    }

    private ReadOnlySpan<byte> Close()
    {
        if (_beside is not null)
        {
            Raw(","u8);
            Encoding.UTF8.GetBytes(_beside, _buffer);
        }

        Raw("}"u8);
        return _buffer.WrittenSpan;
    }
}

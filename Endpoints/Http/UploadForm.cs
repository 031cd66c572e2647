using System.Text.Json;
using Postcard.Storage;

namespace Postcard.Endpoints.Http;

/// <summary>A file that arrived, under a temporary name. It is deleted with its form.</summary>
/// <param name="Field">Name of the form part.</param>
internal sealed record UploadedFile(string Field, string Path, long Bytes);

/// <summary>The parts of an upload.</summary>
internal sealed class UploadForm : IAsyncDisposable
{
    private readonly List<UploadedFile> _files = [];
    private readonly List<(string Field, string Value)> _texts = [];

    public IReadOnlyList<UploadedFile> Files => _files;

    /// <summary>What a front end's upload is: the field <c>type</c>, or a part holding <c>{"type":"…"}</c>; null where neither was sent.</summary>
    /// <exception cref="Failure">422: neither image nor audio.</exception>
    public UploadKind? Kind
    {
        get
        {
            var named = _texts.Find(text => text.Field == "type").Value;
            return ParseKind(named ?? _texts.Select(text => TypeInJson(text.Value)).FirstOrDefault(type => type is not null));
        }
    }

    /// <summary>The file of the part with this name, or null.</summary>
    public UploadedFile? Named(string field) => _files.Find(file => file.Field == field);

    /// <summary>The text of the part with this name under the same rules as <see cref="JsonFields.Text"/>, or null.</summary>
    public string? Text(string field, int max) =>
        _texts.Find(text => text.Field == field).Value is { } value ? TextRules.Clean(field, value, max) : null;

    public ValueTask DisposeAsync()
    {
        foreach (var file in _files)
        {
            MediaFiles.DeleteIncoming(file.Path);
        }

        _files.Clear();
        return ValueTask.CompletedTask;
    }

    /// <summary>Null for nothing.</summary>
    /// <exception cref="Failure">422: neither image nor audio.</exception>
    public static UploadKind? ParseKind(string? type) => type?.Trim() switch
    {
        null or "" => null,
        "image" => UploadKind.Image,
        "audio" => UploadKind.Audio,
        _ => throw Failure.InvalidField("type", "须为 image 或 audio", "must be image or audio"),
    };

    public void Add(UploadedFile file) => _files.Add(file);

    /// <summary>Replaces the file that was announced before its bytes came.</summary>
    public void Finish(UploadedFile file) => _files[^1] = file;

    public void Add(string field, string value) => _texts.Add((field, value));

    private static string? TypeInJson(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith("{"))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Some other text part, or one with half a surrogate pair.
            return null;
        }
    }
}

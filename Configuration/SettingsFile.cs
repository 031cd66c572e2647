using System.Text.Json;

namespace Postcard.Configuration;

/// <summary>Reads <c>postcard.json</c> into a flat list of names, as <see cref="Setting.Name"/> spells them, and values.</summary>
internal static class SettingsFile
{
    public const string DefaultName = "postcard.json";

    private static readonly JsonDocumentOptions Options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor by this user.</exception>
    /// <exception cref="FormatException">It is not JSON.</exception>
    public static IReadOnlyList<KeyValuePair<string, JsonElement>> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), Options);
            return document.RootElement.ValueKind is JsonValueKind.Object
                ? [.. Flatten(document.RootElement.Clone(), "")]
                : throw new FormatException("must hold an object in curly brackets");
        }
        catch (JsonException e)
        {
            throw new FormatException($"is not JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
        }
    }

    private static IEnumerable<KeyValuePair<string, JsonElement>> Flatten(JsonElement json, string prefix) => json.EnumerateObject().SelectMany(
        property => property.Value.ValueKind is JsonValueKind.Object && IsGroup(prefix + property.Name)
            ? Flatten(property.Value, $"{prefix}{property.Name}.")
            : [new(prefix + property.Name, property.Value)]);

    private static bool IsGroup(string name) =>
        SettingsTable.All.Any(setting => setting.Name.StartsWith(name + ".", StringComparison.OrdinalIgnoreCase));
}

using System.Text;
using System.Text.Json;

namespace Postcard.Configuration;

/// <summary>
/// One thing that an operator can set. Its names follow from one: <c>wechat.secretFile</c> in the file is
/// <c>POSTCARD_WECHAT_SECRET_FILE</c> in the environment and <c>--wechat-secret-file</c> on the command line.
/// </summary>
/// <param name="name">Path of the property in the file.</param>
/// <param name="description">For the help text.</param>
internal abstract class Setting(string name, string description)
{
    public string Name { get; } = name;
    public string Description { get; } = description;
    public string Variable { get; } = VariablePrefix + Split(name, '_').ToUpperInvariant();
    public string Flag { get; } = "--" + Split(name, '-').ToLowerInvariant();

    public const string VariablePrefix = "POSTCARD_";

    /// <summary>Whether the value must not be shown to anybody.</summary>
    public bool IsSecret { get; init; }

    /// <exception cref="FormatException">Its message says what is taken, without the value.</exception>
    public abstract Settings Set(Settings settings, string text);

    /// <inheritdoc cref="Set(Settings, string)"/>
    public abstract Settings Set(Settings settings, JsonElement json);

    /// <summary>The value as a variable or a flag would hold it; empty for none.</summary>
    public abstract string Show(Settings settings);

    /// <summary>Writes the value as the file would hold it.</summary>
    public abstract void WriteTo(Utf8JsonWriter json, Settings settings);

    private static string Split(string name, char separator)
    {
        var split = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c))
            {
                split.Append(separator);
            }

            split.Append(c is '.' ? separator : c);
        }

        return split.ToString();
    }
}

/// <param name="get">Reads the value out of the settings.</param>
/// <param name="with">Makes settings with another value.</param>
internal sealed class Setting<T>(string name, string description, Kind<T> kind, Func<Settings, T> get, Func<Settings, T, Settings> with)
    : Setting(name, description)
{
    public override Settings Set(Settings settings, string text) => with(settings, kind.FromText(text.Trim()));

    public override Settings Set(Settings settings, JsonElement json) => with(settings, kind.FromJson(json));

    public override string Show(Settings settings) => kind.ToText(get(settings));

    public override void WriteTo(Utf8JsonWriter json, Settings settings)
    {
        switch (get(settings))
        {
            case null:
                json.WriteNullValue();
                break;
            case bool value:
                json.WriteBooleanValue(value);
                break;
            case int value:
                json.WriteNumberValue(value);
                break;
            case IReadOnlyList<string> values:
                json.WriteStartArray();
                foreach (var value in values)
                {
                    json.WriteStringValue(value);
                }

                json.WriteEndArray();
                break;
            case IReadOnlyList<Role> roles:
                WriteRoles(json, roles);
                break;
            default:
                json.WriteStringValue(Show(settings));
                break;
        }
    }

    private static void WriteRoles(Utf8JsonWriter json, IReadOnlyList<Role> roles)
    {
        json.WriteStartArray();
        foreach (var role in roles)
        {
            json.WriteStartObject();
            json.WriteNumber("id", role.Id);
            json.WriteString("name", role.Name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

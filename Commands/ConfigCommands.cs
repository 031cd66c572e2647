using System.CommandLine;
using System.Text.Json;
using Postcard.Configuration;

namespace Postcard.Commands;

/// <summary><c>postcard config show</c>: what <c>serve</c> would run with, and where each value comes from. It needs no data directory.</summary>
internal static class ConfigCommands
{
    private const string Masked = "********";

    public static Command Make(Surroundings around) => new("config", "Look at the settings.") { Show(around) };

    private static ExampleCommand Show(Surroundings around)
    {
        var json = new Option<bool>("--json") { Description = "As a JSON object." };
        var command = new ExampleCommand("show", "Show every setting, with its value and where that comes from; secrets are masked.")
        {
            Examples =
            [
                ("What the service runs with", "postcard config show --config /etc/postcard/postcard.json"),
                ("What a flag would change", "postcard config show --listen 127.0.0.1"),
            ],
        };
        command.Add(json);
        var options = new SettingsOptions(command, SettingsTable.Flags);
        command.SetAction(parsed =>
        {
            var loaded = options.Read(parsed, around);
            if (parsed.GetValue(json))
            {
                WriteJson(around.Out, loaded);
            }
            else
            {
                TextTable.Write(around.Out, ["SETTING", "VALUE", "FROM"], SettingsTable.All.Select(setting => Row(setting, loaded)));
            }

            return loaded.Problems.Count == 0 ? ExitCode.Done : throw new SettingsException(loaded.Problems);
        });
        return command;
    }

    private static string[] Row(Setting setting, LoadedSettings loaded) =>
        [setting.Name, ValueOf(setting, loaded.Settings) is { Length: > 0 } value ? value : "-", loaded.OriginOf(setting).Place];

    private static void WriteJson(TextWriter output, LoadedSettings loaded) => JsonObject.Write(output, json =>
    {
        json.WriteStartArray("settings");
        foreach (var setting in SettingsTable.All)
        {
            Write(json, setting, loaded);
        }

        json.WriteEndArray();
        json.WriteStartArray("problems");
        foreach (var problem in loaded.Problems)
        {
            json.WriteStartObject();
            json.WriteString("setting", problem.Setting);
            json.WriteString("text", problem.Text);
            json.WriteString("place", problem.Origin.Place);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }, indented: true);

    private static void Write(Utf8JsonWriter json, Setting setting, LoadedSettings loaded)
    {
        var origin = loaded.OriginOf(setting);
        json.WriteStartObject();
        json.WriteString("name", setting.Name);
        json.WriteString("value", ValueOf(setting, loaded.Settings));
        json.WriteString("source", origin.Source switch
        {
            Source.Flag => "flag",
            Source.Variable => "variable",
            Source.File => "file",
            _ => "default",
        });
        json.WriteString("place", origin.Place);
        json.WriteEndObject();
    }

    /// <summary>As a variable would hold it; for a setting that is left open, what that comes to.</summary>
    private static string ValueOf(Setting setting, Settings settings) => setting.Show(settings) switch
    {
        "" when setting == SettingsTable.Moderation => settings.Review,
        "" when setting == SettingsTable.Listen => settings.Dev ? "127.0.0.1" : "all addresses",
        "" => "",
        _ when setting.IsSecret => Masked,
        var value => value,
    };
}

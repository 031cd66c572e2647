using System.Text.Encodings.Web;
using System.Text.Json;

namespace Postcard.Configuration;

/// <summary>Writes settings as a file that <see cref="SettingsFile"/> reads, without the secrets.</summary>
internal static class SettingsWriter
{
    public static byte[] ToJson(Settings settings)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var group in SettingsTable.All.Where(setting => !setting.IsSecret).GroupBy(setting => GroupOf(setting.Name)))
            {
                Write(json, settings, group.Key, group);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, Settings settings, string group, IEnumerable<Setting> members)
    {
        if (group.Length > 0)
        {
            json.WriteStartObject(group);
        }

        foreach (var setting in members)
        {
            json.WritePropertyName(setting.Name[(setting.Name.IndexOf('.') + 1)..]);
            setting.WriteTo(json, settings);
        }

        if (group.Length > 0)
        {
            json.WriteEndObject();
        }
    }

    private static string GroupOf(string name) => name.Contains('.') ? name[..name.IndexOf('.')] : "";
}

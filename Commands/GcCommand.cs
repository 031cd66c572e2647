using System.CommandLine;
using System.Text.Json;
using Postcard.Configuration;

namespace Postcard.Commands;

/// <summary><c>postcard gc</c>: removes files that no record names. The server does so by itself every half hour.</summary>
internal static class GcCommand
{
    public static Command Make(Surroundings around)
    {
        var dry = new Option<bool>("--dry-run") { Description = "Only list them." };
        var json = new Option<bool>("--json") { Description = "As a JSON object." };
        var command = new ExampleCommand("gc", "Remove files that no record has named for an hour.")
        {
            Examples = [("What would go", "postcard gc --dry-run --data /var/lib/postcard/data")],
        };
        command.Add(dry);
        command.Add(json);
        var settings = new SettingsOptions(command, [SettingsTable.Data]);
        command.SetAction((parsed, stop) => ControlClient.RunAsync(
            settings.Load(parsed, around, forServing: false).Settings, around, makes: false,
            (server, cancel) => RunAsync(server, around, parsed.GetValue(dry), parsed.GetValue(json), cancel), stop));
        return command;
    }

    private static async Task<int> RunAsync(ControlClient server, Surroundings around, bool dry, bool asJson, CancellationToken cancel)
    {
        var removed = new List<JsonElement>();
        await foreach (var line in server.LinesAsync(new(HttpMethod.Post, dry ? "/control/gc?dry=1" : "/control/gc"), cancel))
        {
            var bytes = line.GetProperty("bytes").GetInt64();
            if (!line.TryGetProperty("what", out var path))
            {
                WriteSum(around.Out, line.GetProperty("count").GetInt32(), bytes);
            }
            else if (asJson)
            {
                removed.Add(line);
            }
            else
            {
                around.Out.WriteLine($"{path.GetString()}  {Sizes.Of(bytes)}");
            }
        }

        return ExitCode.Done;

        void WriteSum(TextWriter output, int count, long bytes) => output.WriteLine(
            asJson ? $$"""{"removed":[{{string.Join(',', removed.Select(file => file.GetRawText()))}}],"count":{{count}},"bytes":{{bytes}},"dry_run":{{(dry ? "true" : "false")}}}"""
            : $"{count} {(dry ? "would be removed" : "removed")}, {Sizes.Of(bytes)}");
    }
}

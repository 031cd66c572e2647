using System.CommandLine;
using Postcard.Configuration;

namespace Postcard.Commands;

/// <summary><c>postcard gc</c>: removes files that no record names. The server does so by itself every half hour.</summary>
internal static class GcCommand
{
    public static Command Make(Surroundings around)
    {
        var dry = new Option<bool>("--dry-run") { Description = "Only list them." };
        var command = new ExampleCommand("gc", "Remove files that no record has named for an hour.")
        {
            Examples = [("What would go", "postcard gc --dry-run --data /var/lib/postcard/data")],
        };
        command.Add(dry);
        var settings = new SettingsOptions(command, [SettingsTable.Data]);
        command.SetAction((parsed, stop) => ControlClient.RunAsync(
            settings.Load(parsed, around, forServing: false).Settings, around, makes: false,
            (server, cancel) => RunAsync(server, around, parsed.GetValue(dry), cancel), stop));
        return command;
    }

    private static async Task<int> RunAsync(ControlClient server, Surroundings around, bool dry, CancellationToken cancel)
    {
        await foreach (var line in server.LinesAsync(new(HttpMethod.Post, dry ? "/control/gc?dry=1" : "/control/gc"), cancel))
        {
            var bytes = BackupCommand.Size(line.GetProperty("bytes").GetInt64());
            if (line.TryGetProperty("what", out var path))
            {
                around.Out.WriteLine($"{path.GetString()}  {bytes}");
            }
            else
            {
                around.Out.WriteLine($"{line.GetProperty("count").GetInt32()} {(dry ? "would be removed" : "removed")}, {bytes}");
            }
        }

        return ExitCode.Done;
    }
}

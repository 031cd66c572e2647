using System.CommandLine;
using System.Text.Json;
using Postcard.Configuration;

namespace Postcard.Commands;

/// <summary><c>postcard verify</c>: whether records, indexes, counters and files agree.</summary>
internal static class VerifyCommand
{
    public static Command Make(Surroundings around)
    {
        var json = new Option<bool>("--json") { Description = "As a JSON object." };
        var command = new ExampleCommand("verify", "Look whether every record finds its files and every file its record; exit code 1 if not.")
        {
            Examples = [("While the server runs, or not", "postcard verify --data /var/lib/postcard/data")],
        };
        command.Add(json);
        var settings = new SettingsOptions(command, [SettingsTable.Data]);
        command.SetAction((parsed, stop) => ControlClient.RunAsync(
            settings.Load(parsed, around, forServing: false).Settings, around, makes: false,
            (server, cancel) => RunAsync(server, around, parsed.GetValue(json), cancel), stop));
        return command;
    }

    private static async Task<int> RunAsync(ControlClient server, Surroundings around, bool asJson, CancellationToken cancel)
    {
        var (flaws, last, progress) = (new List<JsonElement>(), default(JsonElement), new Progress(around));
        await foreach (var line in server.LinesAsync(new(HttpMethod.Post, "/control/verify"), cancel))
        {
            last = line;
            if (line.TryGetProperty("kind", out _))
            {
                flaws.Add(line);
            }
            else
            {
                progress.Show(() => $"{line.GetProperty("records").GetInt64()} records");
            }
        }

        progress.Clear();
        Write(around.Out, flaws, last, asJson);
        return flaws.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Write(TextWriter output, List<JsonElement> flaws, JsonElement sums, bool asJson)
    {
        var (records, files, bytes) = (sums.GetProperty("records").GetInt64(), sums.GetProperty("files").GetInt64(), sums.GetProperty("bytes").GetInt64());
        if (asJson)
        {
            output.WriteLine($$"""{"flaws":[{{string.Join(',', flaws.Select(flaw => flaw.GetRawText()))}}],"records":{{records}},"files":{{files}},"bytes":{{bytes}}}""");
            return;
        }

        foreach (var flaw in flaws)
        {
            output.WriteLine($"{Text("kind"),-8} {Text("what")}: {Text("detail")}");

            string? Text(string name) => flaw.GetProperty(name).GetString();
        }

        output.WriteLine($"{records} records, {files} files of {Sizes.Of(bytes)}: {(flaws.Count == 0 ? "all agree" : $"{flaws.Count} do not agree")}");
    }
}

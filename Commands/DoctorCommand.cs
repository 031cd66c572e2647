using System.CommandLine;
using Postcard.Commands.Checkup;
using Postcard.Configuration;

namespace Postcard.Commands;

/// <summary>
/// <c>postcard doctor</c>: looks at everything that a server needs and says what to do about what is wrong. It opens no store and
/// changes nothing, so it works beside a running server as well as without one.
/// </summary>
internal static class DoctorCommand
{
    private const int StartTries = 10;
    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(300);

    public static Command Make(Surroundings around)
    {
        var json = new Option<bool>("--json") { Description = "As a JSON object." };
        var command = new ExampleCommand("doctor", "Look at the data, the machine, WeChat and the settings, and say what to mend. Exit code 1 when something is broken.")
        {
            Examples =
            [
                ("The service's installation", "postcard doctor --config /etc/postcard/postcard.json"),
                ("What is not well", "postcard doctor --json | jq '.checks[] | select(.grade != \"ok\")'"),
            ],
        };
        command.Add(json);
        var options = new SettingsOptions(command, SettingsTable.Flags);
        command.SetAction(async (parsed, cancel) =>
        {
            var findings = await ExamineAsync(options.Read(parsed, around), TimeProvider.System, cancel);
            if (parsed.GetValue(json))
            {
                WriteJson(around.Out, findings);
            }
            else
            {
                Write(around.Out, findings);
            }

            return findings.Any(finding => finding.Grade is Grade.Failed) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static async Task<IReadOnlyList<Finding>> ExamineAsync(LoadedSettings loaded, TimeProvider time, CancellationToken cancel)
    {
        var settings = loaded.Settings;
        var server = await FindServerAsync(settings, cancel);
        var weChat = await WeChatChecks.RunAsync(settings, cancel);
        var now = time.GetUtcNow();
        return
        [
            .. SettingsChecks.Run(loaded),
            .. DataChecks.Run(settings, server),
            MachineChecks.Time(now, weChat.Time),
            MachineChecks.FileLimit(settings.MaxConnections, server),
            .. await MediaChecks.RunAsync(settings, cancel),
            .. weChat.Findings,
            .. CertificateChecks.Run(settings, now),
            BackupChecks.Run(settings.Backup, now),
        ];
    }

    /// <summary>One that was just started needs a moment for its log before it answers.</summary>
    private static async Task<RunningServer?> FindServerAsync(Settings settings, CancellationToken cancel)
    {
        var server = await RunningServer.FindAsync(settings.Data, cancel);
        for (var tries = 0; server is null && tries < StartTries && DataChecks.WantsServer(settings); tries++)
        {
            await Task.Delay(StartPause, cancel);
            server = await RunningServer.FindAsync(settings.Data, cancel);
        }

        return server;
    }

    private static void Write(TextWriter output, IReadOnlyList<Finding> findings)
    {
        TextTable.Write(output, ["GRADE", "CHECK", "FOUND"], findings.Select(finding => (string[])[Word(finding.Grade), finding.Check, finding.Text]));
        output.WriteLine($"\n{Count(Grade.Ok)} ok, {Count(Grade.Warning)} warnings, {Count(Grade.Failed)} failed");

        int Count(Grade grade) => findings.Count(finding => finding.Grade == grade);
    }

    private static void WriteJson(TextWriter output, IReadOnlyList<Finding> findings) => JsonObject.Write(output, json =>
    {
        json.WriteString("grade", Word(findings.Max(finding => finding.Grade)));
        json.WriteStartArray("checks");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("check", finding.Check);
            json.WriteString("grade", Word(finding.Grade));
            json.WriteString("text", finding.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }, indented: true);

    private static string Word(Grade grade) => grade switch
    {
        Grade.Failed => "failed",
        Grade.Warning => "warning",
        _ => "ok",
    };
}

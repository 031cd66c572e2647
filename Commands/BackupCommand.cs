using System.CommandLine;
using Postcard.Configuration;
using Postcard.Storage.Archives;

namespace Postcard.Commands;

/// <summary><c>postcard backup</c>: the server makes the archive, this writes it.</summary>
internal static class BackupCommand
{
    public static Command Make(Surroundings around)
    {
        var file = new Argument<string>("FILE") { Description = $"The file to make; {BackupSeries.Time} in its name becomes the time." };
        var keep = new Option<int?>("--keep") { Description = $"Keep this many of the series and delete older ones; the name needs {BackupSeries.Time}.", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "As a JSON object." };
        var command = new ExampleCommand("backup", "Make a backup of everything, while the server runs or not.")
        {
            Examples =
            [
                ("One file", "postcard backup postcard.tar.gz --data /var/lib/postcard/data"),
                ("A series of which the last seven stay", "postcard backup '/var/backups/postcard-{time}.tar.gz' --keep 7 --data /var/lib/postcard/data"),
            ],
        };
        command.Add(file);
        command.Add(keep);
        command.Add(json);
        command.Validators.Add(result =>
        {
            if (result.GetValue(keep) is { } count && (count < 1 || BackupSeries.Parse("/" + Path.GetFileName(result.GetValue(file) ?? "")) is null))
            {
                result.AddError(count < 1 ? "--keep is at least 1" : $"--keep needs {BackupSeries.Time} in the file's name, which tells the series");
            }
        });
        var settings = new SettingsOptions(command, [SettingsTable.Data]);
        command.SetAction((parsed, stop) =>
        {
            var loaded = settings.Load(parsed, around, forServing: false).Settings;
            var download = new BackupDownload(around, around.PathOf(parsed.GetRequiredValue(file)), parsed.GetValue(keep), parsed.GetValue(json), loaded.MinFreeMegabytes * 1024L * 1024);
            return ControlClient.RunAsync(loaded, around, makes: false, download.RunAsync, stop);
        });
        return command;
    }
}

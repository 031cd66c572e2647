using System.CommandLine;
using Microsoft.Extensions.Logging;
using Postcard.Configuration;
using Postcard.Endpoints;
using Postcard.Storage;
using Postcard.Storage.Archives;

namespace Postcard.Commands;

/// <summary><c>postcard restore</c>: makes a data directory out of a backup, or leaves everything as it was.</summary>
internal static class RestoreCommand
{
    private const long CacheBytes = 4 << 20;

    public static Command Make(Surroundings around)
    {
        var file = new Argument<string>("FILE") { Description = "The backup." };
        var replace = new Option<bool>("--replace") { Description = "Move a data directory that is there aside, and keep it." };
        var command = new ExampleCommand("restore", "Make a data directory out of a backup. The server must not run on it.")
        {
            Examples =
            [
                ("Into a new directory", "postcard restore postcard.tar.gz --data /var/lib/postcard/data"),
                ("In the place of one that is moved aside", "postcard restore postcard.tar.gz --replace --data /var/lib/postcard/data"),
            ],
        };
        command.Add(file);
        command.Add(replace);
        var settings = new SettingsOptions(command, [SettingsTable.Data]);
        command.SetAction((parsed, stop) =>
        {
            var data = settings.Load(parsed, around, forServing: false).Settings.Data;
            return RunAsync(around.PathOf(parsed.GetRequiredValue(file)), data, parsed.GetValue(replace), around, stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(string file, string data, bool replace, Surroundings around, CancellationToken cancel)
    {
        try
        {
            await using var source = OpenArchive(file);
            using var target = RestoreTarget.Open(data, replace);
            var reader = new ArchiveReader(target.Directory);
            var progress = new Progress(around);
            var manifest = await reader.UnpackAsync(source, () => progress.Show(() => $"{100 * source.Position / source.Length} % of {BackupCommand.Size(source.Length)}"), cancel);
            progress.Clear();
            await CheckAsync(target.Directory, manifest, around);
            var aside = target.Finish(TimeProvider.System.GetUtcNow());
            Report(file, data, aside, reader.About, manifest, around);
            return ExitCode.Done;
        }
        catch (DataDirectoryInUseException)
        {
            throw new CommandException($"the data directory {data} is in use; stop the server first");
        }
        catch (Exception e) when (e is ArchiveException or StorageMismatchException)
        {
            throw new CommandException(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StorageFullException)
        {
            throw new CommandException($"{data} cannot be made: {e.Message.Split('\n')[0].TrimEnd('.')}");
        }
    }

    private static FileStream OpenArchive(string file)
    {
        try
        {
            return new(file, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(e is FileNotFoundException or DirectoryNotFoundException ? $"{file} is not there" : $"{file} cannot be read");
        }
    }

    /// <summary>Opens the store, as a server would, and looks whether it is the one that was backed up.</summary>
    private static async Task CheckAsync(string directory, Manifest manifest, Surroundings around)
    {
        using var loggers = PlainLog.Create(around.Error, TimeProvider.System, LogLevel.Error);
        await using var store = await Store.OpenAsync(directory, CacheBytes, CardJson.Render, Quota.None, TimeProvider.System, loggers.CreateLogger<Store>());
        await store.CheckAsync();
        var counts = await store.Statistics.CountAsync();
        if ((counts.Users, counts.Templates, counts.Uploads) != (manifest.Counts.Users, manifest.Counts.Templates, manifest.Counts.Uploads))
        {
            throw new ArchiveException("the backup is damaged: its database does not hold what its list says");
        }
    }

    private static void Report(string file, string data, string? aside, ArchiveAbout about, Manifest manifest, Surroundings around)
    {
        around.Out.WriteLine(
            $"{data}: as of {about.Created:yyyy-MM-dd HH:mm:ss}Z, {manifest.Counts.Users} users, {manifest.Counts.Cards} cards, {manifest.Files.Count} files");
        if (aside is not null)
        {
            around.Out.WriteLine($"the old directory is now {aside}");
        }

        around.Out.WriteLine($"the settings of then, without secrets: tar -xzOf {file} {ArchiveFormat.Settings}");
        if (manifest.Missing.Count + manifest.Damaged.Count > 0)
        {
            around.Error.WriteLine($"postcard: {manifest.Missing.Count} files were missing and {manifest.Damaged.Count} damaged already when the backup was made; see: postcard verify --data {data}");
        }
    }
}

using System.CommandLine;
using Microsoft.Extensions.Logging;
using Postcard.Commands.Checkup;
using Postcard.Configuration;
using Postcard.Endpoints;
using Postcard.Storage;
using Postcard.Storage.Archives;

namespace Postcard.Commands;

/// <summary><c>postcard restore</c>: makes a data directory out of a backup, or leaves everything as it was.</summary>
internal sealed class RestoreCommand(string file, Surroundings around, bool asJson, CancellationToken cancel)
{
    private const long CacheBytes = 4 << 20;

    public static Command Make(Surroundings around)
    {
        var file = new Argument<string>("FILE") { Description = "The backup." };
        var replace = new Option<bool>("--replace") { Description = "Move a data directory that is there aside, and keep it." };
        var check = new Option<bool>("--check") { Description = "Only look whether it could be restored; the database is unpacked into TMPDIR meanwhile." };
        var json = new Option<bool>("--json") { Description = "As a JSON object." };
        var command = new ExampleCommand("restore", "Make a data directory out of a backup. The server must not run on it.")
        {
            Examples =
            [
                ("Into a new directory", "postcard restore postcard.tar.gz --data /var/lib/postcard/data"),
                ("In the place of one that is moved aside", "postcard restore postcard.tar.gz --replace --data /var/lib/postcard/data"),
                ("Prove that it could be", "postcard restore --check postcard.tar.gz"),
            ],
        };
        command.Add(file);
        command.Add(replace);
        command.Add(check);
        command.Add(json);
        command.Validators.Add(result =>
        {
            if (result.GetValue(check) && result.GetValue(replace))
            {
                result.AddError("--check changes nothing and so replaces nothing: leave --replace out");
            }
        });
        var settings = new SettingsOptions(command, [SettingsTable.Data]);
        command.SetAction((parsed, stop) =>
        {
            var data = settings.Load(parsed, around, forServing: false).Settings.Data;
            var restore = new RestoreCommand(around.PathOf(parsed.GetRequiredValue(file)), around, parsed.GetValue(json), stop);
            return parsed.GetValue(check) ? restore.CheckAsync() : restore.RunAsync(data, parsed.GetValue(replace));
        });
        return command;
    }

    private async Task<int> RunAsync(string data, bool replace)
    {
        try
        {
            CheckPlace(data);
            await using var source = OpenArchive();
            using var target = RestoreTarget.Open(data, replace);
            var reader = new ArchiveReader(target.Directory);
            var manifest = await UnpackAsync(source, reader, target.Directory);
            var aside = target.Finish(TimeProvider.System.GetUtcNow());
            Report(data, aside, reader.About, manifest);
            return ExitCode.Done;
        }
        catch (DataDirectoryInUseException)
        {
            throw new CommandException($"the data directory {data} is in use; stop the server first");
        }
        catch (Exception e) when (Describe(e) is { } reason)
        {
            throw new CommandException(e is ArchiveException or StorageMismatchException ? reason : $"{data} cannot be made: {reason}");
        }
    }

    private async Task<int> CheckAsync()
    {
        try
        {
            await using var source = OpenArchive();
            var directory = Directory.CreateTempSubdirectory("postcard-check-").FullName;
            try
            {
                var reader = new ArchiveReader(directory, keepsMedia: false);
                var manifest = await UnpackAsync(source, reader, directory);
                Report(null, null, reader.About, manifest);
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }

            return ExitCode.Done;
        }
        catch (Exception e) when (Describe(e) is { } reason)
        {
            throw new CommandException(e is ArchiveException or StorageMismatchException ? reason : $"{file} cannot be checked: {reason}");
        }
    }

    /// <summary>Null for a fault of ours.</summary>
    private static string? Describe(Exception e) => e switch
    {
        ArchiveException or StorageMismatchException => e.Message,
        StorageDamagedException or StorageUnavailableException => "the database in the backup cannot be read",
        IOException or UnauthorizedAccessException or StorageFullException => e.Message.Split('\n')[0].TrimEnd('.'),
        _ => null,
    };

    private static void CheckPlace(string data)
    {
        var place = Directory.Exists(data) ? Directory.ResolveLinkTarget(data, returnFinalTarget: true)?.FullName ?? data : data;
        if (Mounts.IsPoint(File.ReadLines("/proc/self/mountinfo"), Path.TrimEndingDirectorySeparator(place)))
        {
            throw new CommandException($"{data} is a mount point, whose place no directory can take; give a directory below it");
        }
    }

    private FileStream OpenArchive()
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

    private async Task<Manifest> UnpackAsync(FileStream source, ArchiveReader reader, string directory)
    {
        var progress = new Progress(around);
        var manifest = await reader.UnpackAsync(source, () => progress.Show(() => $"{100 * source.Position / source.Length} % of {Sizes.Of(source.Length)}"), cancel);
        progress.Clear();
        await OpenAsync(directory, manifest);
        return manifest;
    }

    /// <summary>Opens the store, as a server would, and looks whether it is the one that was backed up.</summary>
    private async Task OpenAsync(string directory, Manifest manifest)
    {
        using var loggers = PlainLog.Create(around.Error, TimeProvider.System, LogLevel.Warning);
        await using var store = await Store.OpenAsync(directory, CacheBytes, CardJson.Render, Quota.None, TimeProvider.System, loggers.CreateLogger<Store>());
        await store.CheckAsync();
        var counts = await store.Statistics.CountAsync();
        if ((counts.Users, counts.Templates, counts.Uploads) != (manifest.Counts.Users, manifest.Counts.Templates, manifest.Counts.Uploads))
        {
            throw new ArchiveException("the backup is damaged: its database does not hold what its list says");
        }
    }

    /// <param name="data">The directory that was made; null when nothing was.</param>
    private void Report(string? data, string? aside, ArchiveAbout about, Manifest manifest)
    {
        if (asJson)
        {
            JsonObject.Write(around.Out, json =>
            {
                json.WriteString("file", file);
                json.WriteString("data", data);
                json.WriteString("replaced", aside);
                json.WriteString("created", about.Created.UtcDateTime);
                json.WriteNumber("users", manifest.Counts.Users);
                json.WriteNumber("cards", manifest.Counts.Cards);
                json.WriteNumber("files", manifest.Files.Count);
                json.WriteNumber("missing", manifest.Missing.Count);
                json.WriteNumber("damaged", manifest.Damaged.Count);
            });
            return;
        }

        around.Out.WriteLine(
            $"{data ?? $"{file} is whole"}: as of {about.Created:yyyy-MM-dd HH:mm:ss}Z, {manifest.Counts.Users} users, {manifest.Counts.Cards} cards, {manifest.Files.Count} files");
        if (aside is not null)
        {
            around.Out.WriteLine($"the old directory is now {aside}");
        }

        around.Out.WriteLine($"the settings of then, without secrets: tar -xzOf {file} {ArchiveFormat.Settings}");
        if (manifest.Missing.Count + manifest.Damaged.Count > 0)
        {
            around.Error.WriteLine(
                $"postcard: {manifest.Missing.Count} files were missing and {manifest.Damaged.Count} damaged already when the backup was made{(data is null ? "" : $"; see: postcard verify --data {data}")}");
        }
    }
}

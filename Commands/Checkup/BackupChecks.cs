using Postcard.Storage.Archives;

namespace Postcard.Commands.Checkup;

/// <summary>Whether the server's own backups are there and young.</summary>
internal static class BackupChecks
{
    private const string Check = "backups";

    public static Finding Run(BackupSettings settings, DateTimeOffset now)
    {
        if (settings.Dir is not { } directory)
        {
            return Finding.Warning(Check, "none are made: set backup.dir, and copy what is made there to another machine");
        }

        try
        {
            if (File.Exists(directory))
            {
                return Finding.Failed(Check, $"{directory} is a file: choose another backup.dir");
            }

            var backups = BackupSeries.OfServer(directory).All();
            var (newest, later) = (backups.FirstOrDefault(backup => backup.Time <= now), backups.FirstOrDefault(backup => backup.Time > now));
            return newest switch
            {
                { Damaged: true } => Finding.Failed(Check, $"{newest.Path} was made while files were missing or damaged: postcard verify names them"),
                not null when now - newest.Time > 2 * settings.Every => Finding.Failed(Check,
                    $"the newest in {directory} is {Hours(now - newest.Time)} old, one is due every {Hours(settings.Every)}: look into the log for why"),
                _ when later is not null => Finding.Warning(Check, $"the name of {later.Path} says a time to come, the clock ran ahead: delete it or give it its true time"),
                null => Finding.Warning(Check, $"none in {directory} yet: the server makes the first one a minute after its start, else the log says why not"),
                _ => Finding.Ok(Check, $"the newest is {Hours(now - newest.Time)} old"),
            };
        }
        catch (DirectoryNotFoundException)
        {
            return Finding.Warning(Check, $"{directory} is not there yet: the server makes it with the first backup");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Finding.Failed(Check, $"{directory} cannot be read by this user: it must belong to the service's user");
        }
    }

    private static string Hours(TimeSpan time) => time.TotalHours < 1 ? $"{(int)time.TotalMinutes} min" : $"{(int)time.TotalHours} h";
}

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

            var series = BackupSeries.OfServer(directory);
            var made = series.All().Where(backup => backup.Time <= now).ToList();
            if (made is [{ Damaged: true } damaged, ..])
            {
                return Finding.Failed(Check, $"{damaged.Path} was made while files were missing or damaged: postcard verify names them");
            }

            if (made is not [var newest, ..])
            {
                return series.Later(now) is [var ahead, ..]
                    ? Finding.Warning(Check, TimeToCome(ahead))
                    : Finding.Warning(Check, $"none in {directory} yet: the server makes the first one a minute after its start, else the log says why not");
            }

            var age = now - newest.Time;
            if (age > 2 * settings.Every)
            {
                return Finding.Failed(Check, $"the newest in {directory} is {Hours(age)} old, one is due every {Hours(settings.Every)}: look into the log for why");
            }

            return series.Later(now) is [var later, ..]
                ? Finding.Warning(Check, TimeToCome(later))
                : Finding.Ok(Check, $"the newest is {Hours(age)} old");
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

    private static string TimeToCome(Backup later) => $"the name of {later.Path} says a time to come, the clock ran ahead: delete it or give it its true time";

    private static string Hours(TimeSpan time) => time.TotalHours < 1 ? $"{(int)time.TotalMinutes} min" : $"{(int)time.TotalHours} h";
}

using System.Globalization;

namespace Postcard.Storage.Archives;

/// <param name="Time">As its name says.</param>
/// <param name="Damaged">Whether files were missing or damaged when it was made.</param>
internal sealed record Backup(DateTimeOffset Time, string Path, bool Damaged);

/// <summary>Backups in one directory whose names differ in the time (UTC) only: <c>postcard-20261122-150405.tar.gz</c>.</summary>
internal sealed class BackupSeries
{
    /// <summary>Stands for the time in a name.</summary>
    public const string Time = "{time}";

    /// <summary>Ends the names of those that were made while files were missing or damaged: they never push out a good one.</summary>
    private const string Damaged = ".damaged";

    private const string TimeFormat = "yyyyMMdd-HHmmss";

    private readonly string _directory;
    private readonly string _before;
    private readonly string _behind;

    private BackupSeries(string directory, string before, string behind) => (_directory, _before, _behind) = (directory, before, behind);

    /// <param name="path">Full path with one <see cref="Time"/> in the file's name; null when it has none.</param>
    public static BackupSeries? Parse(string path) => Path.GetFileName(path).Split(Time) is [var before, var behind]
        ? new(Path.GetDirectoryName(path)!, before, behind)
        : null;

    /// <summary>The server's own.</summary>
    public static BackupSeries OfServer(string directory) => Parse(Path.Combine(directory, $"postcard-{Time}.tar.gz"))!;

    public string PathAt(DateTimeOffset time, bool damaged = false) =>
        Path.Combine(_directory, _before + time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) + _behind + (damaged ? Damaged : ""));

    /// <summary>The backups there, latest first.</summary>
    public IReadOnlyList<Backup> All() =>
        [.. Directory.EnumerateFiles(_directory).Select(Read).OfType<Backup>().OrderByDescending(backup => backup.Time)];

    /// <summary>Those whose names say a time to come, which a clock that ran ahead has given them.</summary>
    public IReadOnlyList<Backup> Later(DateTimeOffset now) => [.. All().Where(backup => backup.Time > now)];

    /// <summary>
    /// Deletes all but the latest <paramref name="keep"/>, and all but as many of those with damaged files. Later ones than the one just made do not
    /// count: they may be older in truth.
    /// </summary>
    /// <param name="made">The one just made.</param>
    /// <returns>What was deleted.</returns>
    public IReadOnlyList<string> Prune(int keep, string made)
    {
        var now = Read(made)!.Time;
        var old = All().Where(backup => backup.Time <= now).GroupBy(backup => backup.Damaged).SelectMany(group => group.Skip(keep)).Select(backup => backup.Path).ToList();
        old.ForEach(File.Delete);
        Native.SyncDirectory(_directory);
        return old;
    }

    private Backup? Read(string path)
    {
        var name = Path.GetFileName(path);
        var damaged = name.EndsWith(Damaged, StringComparison.Ordinal);
        return TimeIn(damaged ? name[..^Damaged.Length] : name) is { } time ? new(time, path, damaged) : null;
    }

    private DateTimeOffset? TimeIn(string name) =>
        name.StartsWith(_before, StringComparison.Ordinal) && name.EndsWith(_behind, StringComparison.Ordinal) && name.Length == _before.Length + TimeFormat.Length + _behind.Length
        && DateTimeOffset.TryParseExact(
            name.AsSpan(_before.Length, TimeFormat.Length), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;
}

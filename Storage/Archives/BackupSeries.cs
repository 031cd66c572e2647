using System.Globalization;

namespace Postcard.Storage.Archives;

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
    public IReadOnlyList<(DateTimeOffset Time, string Path)> All() =>
        [.. Directory.EnumerateFiles(_directory).Select(path => (Time: TimeOf(Path.GetFileName(path)), path)).Where(file => file.Time is not null)
            .Select(file => (file.Time!.Value, file.path)).OrderByDescending(file => file.Value)];

    /// <summary>Deletes all but the latest <paramref name="keep"/>, and all but as many of those with damaged files.</summary>
    /// <param name="latest">The one just made: it stays even where a clock that ran ahead has left later names.</param>
    /// <returns>What was deleted.</returns>
    public IReadOnlyList<string> Prune(int keep, string latest)
    {
        var old = All().Select(file => file.Path).OrderByDescending(path => path == latest)
            .GroupBy(path => path.EndsWith(Damaged, StringComparison.Ordinal)).SelectMany(group => group.Skip(keep)).ToList();
        old.ForEach(File.Delete);
        Native.SyncDirectory(_directory);
        return old;
    }

    private DateTimeOffset? TimeOf(string name) => TimeIn(name.EndsWith(Damaged, StringComparison.Ordinal) ? name[..^Damaged.Length] : name);

    private DateTimeOffset? TimeIn(string name) =>
        name.StartsWith(_before, StringComparison.Ordinal) && name.EndsWith(_behind, StringComparison.Ordinal) && name.Length == _before.Length + TimeFormat.Length + _behind.Length
        && DateTimeOffset.TryParseExact(
            name.AsSpan(_before.Length, TimeFormat.Length), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;
}

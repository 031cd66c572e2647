using LiteDB;
using Microsoft.Extensions.Logging;
using Postcard.Storage.Engine;

namespace Postcard.Storage;

/// <summary>
/// The form of the records. A store of an older release is upgraded when it is opened, after a copy of its database; one of a newer release is
/// refused.
/// </summary>
internal sealed partial class Schema(string directory, ILogger log)
{
    public const int Current = 2;

    /// <summary>The first release wrote no version.</summary>
    private const int First = 1;

    internal const string Meta = "meta";

    private const string Id = "schema", Version = "version", Copied = "copied";

    /// <summary>What has to be left beside the copy.</summary>
    private const long SpareBytes = 16 << 20;

    /// <summary>
    /// The way from each schema to the next, in order. A step may be cut at any moment and run again from its start; nothing else uses the
    /// store meanwhile.
    /// </summary>
    private static readonly IReadOnlyList<(int To, Func<Database, Task> Step)> Upgrades =
    [
        (2, ReviewsOfCards.MakeAsync),
    ];

    /// <summary>Put into a store that is made new.</summary>
    public static (string Collection, BsonDocument Document) Stamp => (Meta, new() { ["_id"] = Id, [Version] = Current });

    /// <summary>Looks at a file before anything is written to it, and copies one that will be upgraded.</summary>
    /// <exception cref="StorageMismatchException">It is of a newer release, or cannot be copied.</exception>
    /// <exception cref="IOException">The copy cannot be written.</exception>
    public void Examine(Tables tables, bool writable)
    {
        if (tables.IsNew)
        {
            return;
        }

        var (version, copied) = VersionOf(tables);
        if (version > Current)
        {
            throw new StorageMismatchException(
                $"the store in {directory} was written by a newer release (schema {version}, this one knows {Current}); start that release, or restore a backup or the copy of {DataFiles.DataName} from before the upgrade");
        }

        if (version < Current && !writable)
        {
            throw new StorageMismatchException($"the store in {directory} has to be upgraded first, for which it must be written");
        }

        if (version < Current && !copied)
        {
            Copy(version);
        }
    }

    /// <summary>Takes an older store through all steps to the current schema.</summary>
    public async Task UpgradeAsync(Database database)
    {
        var (version, _) = await database.ReadAsync(VersionOf);
        if (version == Current)
        {
            return;
        }

        LogUpgrade(log, version, Current, CopyName(version));
        await PutAsync(database, version, copied: true);
        foreach (var (to, step) in Upgrades.Where(upgrade => upgrade.To > version))
        {
            await step(database);
            await PutAsync(database, to, copied: false);
        }

        LogUpgraded(log, Current);
    }

    private static (int Version, bool Copied) VersionOf(Tables tables) =>
        tables.Find(Meta, Id) is { } stamp ? (stamp[Version].AsInt32, stamp[Copied] is { IsBoolean: true, AsBoolean: true }) : (First, false);

    private static Task PutAsync(Database database, int version, bool copied) => database.WriteAsync(transaction =>
    {
        transaction.Put(Meta, new() { ["_id"] = Id, [Version] = version, [Copied] = copied });
        return true;
    });

    /// <summary>Copies the data file, which has all of the log by now, as the older release left it.</summary>
    private void Copy(int version)
    {
        var source = Path.Combine(directory, DataFiles.DataName);
        var incoming = MediaFiles.NewIncoming(directory);
        using var data = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var free = new DriveInfo(directory).AvailableFreeSpace;
        if (free < data.Length + SpareBytes)
        {
            throw new StorageMismatchException(
                $"the store in {directory} has to be upgraded, and a copy of its database made first: that takes {(data.Length + SpareBytes) >> 20} MB, and {free >> 20} MB are free");
        }

        try
        {
            using (var copy = FileDisk.OpenPrivate(incoming, FileMode.CreateNew, FileShare.None))
            {
                data.CopyTo(copy);
                Native.SyncFile(copy.SafeFileHandle);
            }

            File.Move(incoming, Path.Combine(directory, CopyName(version)), overwrite: true);
        }
        finally
        {
            File.Delete(incoming);
        }

        Native.SyncDirectory(directory);
    }

    private static string CopyName(int version) => $"{DataFiles.DataName}.schema-{version}";

    /// <summary>A warning, so that commands that upgrade it on their way say so too: an older release does not take it any more.</summary>
    [LoggerMessage(LogLevel.Warning, "The store is upgraded from schema {From} to {To}; its database as it was is kept as {Copy}")]
    private static partial void LogUpgrade(ILogger log, int from, int to, string copy);

    [LoggerMessage(LogLevel.Information, "The store is upgraded to schema {To}")]
    private static partial void LogUpgraded(ILogger log, int to);
}

using LiteDB;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Postcard.Storage;

/// <summary>What a database may be given beside its directory; the defaults are what the server runs with.</summary>
internal sealed record DatabaseOptions
{
    public ILogger Logger { get; init; } = NullLogger.Instance;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Size of the log from which it is moved into the data file: 16 MiB take 6–13 ms to move.</summary>
    public long CheckpointBytes { get; init; } = 16 << 20;

    /// <summary>Longest time that changes stay in the log only.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Reads and changes that may wait at once.</summary>
    public int QueueLimit { get; init; } = 4096;

    /// <summary>Changes that one commit takes at most, and reads that run before it at most.</summary>
    public int GroupLimit { get; init; } = 256;

    /// <summary>
    /// Runs on the database thread whenever the files were opened again after a fault. A change that was refused then may be there
    /// nevertheless: what is kept in memory has to be forgotten or read anew.
    /// </summary>
    public Action<Tables> Reopened { get; init; } = _ => { };

    /// <summary>
    /// Runs whenever the files are opened, before anything new is written to them, and refuses them by an exception. The flag says whether they
    /// are opened for writing; the data file is complete then.
    /// </summary>
    public Action<Tables, bool> Examine { get; init; } = (_, _) => { };

    /// <summary>A document that a new database has from the start.</summary>
    public (string Collection, BsonDocument Document)? Stamp { get; init; }

    /// <summary>First pause before a failed disk is tried again; it doubles up to <see cref="LongestRetry"/>.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(5);
}

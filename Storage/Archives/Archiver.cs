using Microsoft.Extensions.Logging;

namespace Postcard.Storage.Archives;

/// <summary>Makes backups while the store goes on, one at a time.</summary>
internal sealed class Archiver(Database database, MediaFiles files, TimeProvider time, ILogger log) : IAsyncDisposable
{
    /// <summary>What is left for the log and the manifest beside the copy of the database.</summary>
    private const long SpareBytes = 32 << 20;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Takes the moment that the backup shows: copies the database, and holds back the deletion of files until the run is disposed of.</summary>
    /// <returns>Null while another backup is under way.</returns>
    /// <exception cref="StorageFullException">There is no space for the copy.</exception>
    /// <exception cref="StorageUnavailableException">The database cannot be copied now.</exception>
    public async Task<ArchiveRun?> BeginAsync(CancellationToken cancel)
    {
        if (!_one.Wait(0, CancellationToken.None))
        {
            return null;
        }

        var run = new ArchiveRun(database, files, time, log, () => _one.Release(), _stop.Token);
        try
        {
            await run.PrepareAsync(SpareBytes, cancel);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Breaks off a backup under way, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _one.WaitAsync();
    }
}

using Microsoft.Extensions.Logging;

namespace Postcard.Storage.Archives;

/// <summary>What a backup came to.</summary>
/// <param name="Problems">Files that are missing in the store, or not as their records say.</param>
internal sealed record ArchiveResult(ArchiveCounts Counts, long Files, int Problems);

/// <summary>One backup, of the moment at which it was begun. Until it is disposed of, files stay that records named then.</summary>
internal sealed partial class ArchiveRun(Database database, MediaFiles files, TimeProvider time, ILogger log, Action end, CancellationToken stop) : IAsyncDisposable
{
    /// <summary>How long nothing may be taken of it: deletions, sweeps and all other backups wait meanwhile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly string _copyPath = MediaFiles.NewIncoming(files.Root);
    private IAsyncDisposable? _hold;
    private DatabaseCopy? _copy;
    private Snapshot? _snapshot;
    private ArchiveAbout? _about;

    /// <summary>About what the files in it take; the archive itself is hardly larger.</summary>
    public long ExpectedBytes => _about!.Bytes;

    /// <param name="settings">JSON without secrets.</param>
    /// <param name="output">Gets the archive, and is left open. When this throws, what it got is none.</param>
    /// <exception cref="OperationCanceledException">Cancelled, or the store closes.</exception>
    /// <exception cref="TimeoutException">The output has taken nothing for a long time.</exception>
    public async Task<ArchiveResult> WriteAsync(Stream output, byte[] settings, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancel, stop, patience.Token);
        try
        {
            return await WriteAllAsync(new PatientStream(output, patience, Patience), settings, any.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            LogStalled(Patience.TotalMinutes);
            throw new TimeoutException();
        }
    }

    private async Task<ArchiveResult> WriteAllAsync(Stream output, byte[] settings, CancellationToken cancel)
    {
        await using var writer = new ArchiveWriter(output, _about!, MediaFiles.NewIncoming(files.Root));
        await writer.AddAsync(ArchiveFormat.About, _about!.ToJson(), cancel);
        await writer.AddAsync(ArchiveFormat.Settings, settings, cancel);
        await writer.AddFileAsync(ArchiveFormat.Database, _copyPath, expected: null, cancel);
        await foreach (var file in _snapshot!.FilesAsync())
        {
            await writer.AddFileAsync(Path.GetRelativePath(files.Root, file.Path), file.Path, file.Blob, cancel);
        }

        await writer.FinishAsync(_snapshot.Counts, cancel);
        return new(_snapshot.Counts, writer.Files, writer.Problems);
    }

    /// <summary>Whatever fails of it: others wait for the rest.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await RemoveCopyAsync();
        }
        finally
        {
            try
            {
                if (_hold is not null)
                {
                    await _hold.DisposeAsync();
                }
            }
            finally
            {
                end();
            }
        }
    }

    private async Task RemoveCopyAsync()
    {
        try
        {
            if (_copy is not null)
            {
                await _copy.DisposeAsync();
            }
        }
        finally
        {
            File.Delete(_copyPath);
        }
    }

    internal async Task PrepareAsync(long spareBytes, CancellationToken cancel)
    {
        _hold = await files.Deletions.HoldAsync(cancel);
        if (files.FreeBytes < database.DataBytes + spareBytes)
        {
            throw new StorageFullException();
        }

        await database.CopyAsync(_copyPath, durable: false);
        _copy = await database.OpenCopyAsync(_copyPath);
        _snapshot = new Snapshot(_copy, files);
        var bytes = await _snapshot.CountAsync() + new FileInfo(_copyPath).Length;
        _about = new(ArchiveFormat.Version, Schema.Current, ProgramVersion.Text, time.GetUtcNow(), bytes);
    }

    [LoggerMessage(LogLevel.Warning, "A backup was broken off: nothing of it has been taken for {Minutes} minutes")]
    private partial void LogStalled(double minutes);
}

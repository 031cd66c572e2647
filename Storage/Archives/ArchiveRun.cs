namespace Postcard.Storage.Archives;

/// <summary>What a backup came to.</summary>
/// <param name="Problems">Files that are missing in the store, or not as their records say.</param>
internal sealed record ArchiveResult(ArchiveCounts Counts, long Files, int Problems);

/// <summary>One backup, of the moment at which it was begun. Until it is disposed of, files stay that records named then.</summary>
internal sealed class ArchiveRun(Database database, MediaFiles files, TimeProvider time, Action end, CancellationToken stop) : IAsyncDisposable
{
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
    public async Task<ArchiveResult> WriteAsync(Stream output, byte[] settings, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, stop);
        await using var writer = new ArchiveWriter(output, _about!, MediaFiles.NewIncoming(files.Root));
        await writer.AddAsync(ArchiveFormat.About, _about!.ToJson(), either.Token);
        await writer.AddAsync(ArchiveFormat.Settings, settings, either.Token);
        await writer.AddFileAsync(ArchiveFormat.Database, _copyPath, expected: null, either.Token);
        await foreach (var file in _snapshot!.FilesAsync())
        {
            await writer.AddFileAsync(Path.GetRelativePath(files.Root, file.Path), file.Path, file.Blob, either.Token);
        }

        await writer.FinishAsync(_snapshot.Counts, either.Token);
        return new(_snapshot.Counts, writer.Files, writer.Problems);
    }

    public async ValueTask DisposeAsync()
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
            if (_hold is not null)
            {
                await _hold.DisposeAsync();
            }

            end();
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
}

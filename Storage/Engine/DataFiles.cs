namespace Postcard.Storage.Engine;

/// <summary>The two files of the database and the one road from what lies in them to a store that LiteDB serves.</summary>
internal sealed class DataFiles(IDisk disk, IReadOnlyList<Collection> collections, DatabaseOptions options) : IDisposable
{
    public const string DataName = "postcard.db";
    public const string LogName = "postcard.wal";

    /// <summary>Past this the log is cut when the database opens; a larger one is left by a change of many thousand documents.</summary>
    private const long KeptLogBytes = 64 << 20;

    private readonly IDiskFile _log = disk.Open(LogName);
    private long _acknowledgedBytes = long.MaxValue;

    public IDiskFile Data { get; } = disk.Open(DataName);

    /// <summary>Whether a directory has no data file yet, or one whose creation was cut.</summary>
    public static bool IsNew(string directory)
    {
        var path = Path.Combine(directory, DataName);
        return !File.Exists(path) || new FileInfo(path).Length == 0;
    }

    /// <summary>Creates the data file, or redoes the log into it, and opens it with an empty log.</summary>
    /// <exception cref="StorageMismatchException"/>
    /// <exception cref="IOException">Nothing is lost: it can be tried again.</exception>
    public LiteStore OpenWritable()
    {
        CutLog();
        var scan = LogScan.Read(_log);
        var header = CheckedHeader(scan) ?? Create();
        if (scan is not null)
        {
            Redo.Apply(scan, _log, Data);
            header = header with { Stamp = scan.Epoch.Next };
        }
        else
        {
            // A start that was killed may have left a new file with the kernel only, and what comes into the log would belong to nothing.
            Data.Sync();
        }

        if (_log.Length > KeptLogBytes)
        {
            _log.SetLength(KeptLogBytes);
        }

        var store = Open(new DataStream(Data), new LogStream(_log, header));
        try
        {
            options.Examine(new Tables(store), true);
            store.CreateCollections(collections, options.Stamp);
        }
        catch
        {
            Close(store);
            throw;
        }

        return store;
    }

    /// <summary>Opens what is there without writing anything.</summary>
    /// <exception cref="StorageMismatchException">Also when the files were never completed.</exception>
    /// <exception cref="IOException"/>
    public LiteStore OpenReadOnly()
    {
        var scan = LogScan.Read(_log, _acknowledgedBytes);
        var store = CheckedHeader(scan) is null ? null : Open(new DataStream(Data, scan, _log), null);
        if (store is null || store.IsNew)
        {
            store?.Dispose();
            throw new StorageMismatchException("The database was not completely created.");
        }

        try
        {
            options.Examine(new Tables(store), false);
        }
        catch
        {
            store.Dispose();
            throw;
        }

        return store;
    }

    /// <summary>Whether the log on disk may hold changes that were not acknowledged and that the next start would redo.</summary>
    public bool InDoubt => _acknowledgedBytes != long.MaxValue;

    /// <summary>Closes a store; if it is broken, what it had not acknowledged goes, from the disk as well if that is possible now.</summary>
    public void Close(LiteStore store)
    {
        if (!store.IsReadOnly && store.Fault is not null)
        {
            _acknowledgedBytes = store.AcknowledgedLogBytes;
        }

        store.Dispose();
        try
        {
            CutLog();
        }
        catch (Exception e) when (DiskFaults.IsDisk(e))
        {
            // Stays in doubt, which callers are told; opening for writing tries again.
        }
    }

    public void Dispose()
    {
        Data.Dispose();
        _log.Dispose();
    }

    /// <summary>
    /// Takes from the log what a broken store wrote behind its last acknowledged change: its callers are told that it failed, and
    /// undo what belongs to it, so no start may redo it. A cut needs no space.
    /// </summary>
    private void CutLog()
    {
        if (InDoubt)
        {
            _log.SetLength(Math.Min(_log.Length, _acknowledgedBytes));
            _log.Sync();
            _acknowledgedBytes = long.MaxValue;
        }
    }

    private LiteStore Open(DataStream data, LogStream? log)
    {
        try
        {
            return new LiteStore(data, log, collections);
        }
        catch (Exception e) when (!DiskFaults.IsDisk(e))
        {
            // Of a damaged file LiteDB complains in whatever way it stumbles over it.
            throw new StorageMismatchException($"{DataName} cannot be opened: {e.Message}");
        }
    }

    /// <summary>The header of a data file to which the log may be applied; null when there is neither.</summary>
    private DataHeader? CheckedHeader(LogScan? scan)
    {
        var header = DataHeader.Read(Data);
        if (header is null && (Data.Length > DataHeader.PageBytes || !IsBlank()))
        {
            throw new StorageMismatchException($"{DataName} is not a database of Postcard, or its start is damaged.");
        }

        if (scan is not null && (header?.Created != scan.Epoch.Created || (header?.Stamp != scan.Epoch.Base && header?.Stamp != scan.Epoch.Next)))
        {
            throw new StorageMismatchException(
                $"{LogName} holds changes that belong to another state of {DataName}. If {DataName} was restored from a copy, remove {LogName}; otherwise bring back the {DataName} that was beside it.");
        }

        return header;
    }

    /// <summary>A power cut while the file was created leaves nothing or zeros.</summary>
    private bool IsBlank()
    {
        var start = new byte[DataHeader.PageBytes];
        return !start.AsSpan(0, Data.Read(start, 0)).ContainsAnyExcept((byte)0);
    }

    private DataHeader Create()
    {
        try
        {
            Data.Write(DataHeader.NewFile(LogEpoch.NewStamp()), 0);
            Data.Sync();
        }
        catch (IOException)
        {
            // A part may have been written, which would pass for somebody else's file; or all, but not to the disk.
            Data.SetLength(0);
            throw;
        }

        return DataHeader.Read(Data) ?? throw new IOException($"{DataName} does not hold what was written to it.");
    }
}

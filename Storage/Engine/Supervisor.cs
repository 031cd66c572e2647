using Microsoft.Extensions.Logging;

namespace Postcard.Storage.Engine;

/// <summary>
/// Keeps a store open. After a fault the files are opened for reading only, and for writing again by the same road as at start,
/// with growing pauses. Belongs to the database thread, except <see cref="State"/> and <see cref="Generation"/>.
/// </summary>
internal sealed partial class Supervisor : IDisposable
{
    private readonly DataFiles _files;
    private readonly DatabaseOptions _options;
    private readonly ITimer _timer;
    private TimeSpan _pause;
    private long _retryAt;
    private Exception? _fault;
    private volatile DatabaseState _state;
    private volatile int _generation;

    /// <param name="wake">Gives the database thread a turn when a retry is due.</param>
    /// <exception cref="StorageMismatchException"/>
    /// <exception cref="StorageDamagedException"/>
    /// <exception cref="IOException"/>
    public Supervisor(DataFiles files, DatabaseOptions options, Action wake)
    {
        _files = files;
        _options = options;
        _pause = options.FirstRetry;
        _timer = options.Time.CreateTimer(_ => wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            Use(files.OpenWritable());
        }
        catch (Exception e) when (DiskFaults.IsDisk(e) || e is StorageFullException or StorageUnavailableException)
        {
            // A full disk holds the log back from the data file, but not the records from their readers.
            OpenReadOnly();
            if (Store is null && DiskFaults.IsFull(e))
            {
                throw new StorageFullException(e);
            }

            if (Store is null && !DiskFaults.IsOfDisk(e))
            {
                throw new StorageDamagedException(e);
            }

            if (Store is null)
            {
                throw;
            }

            Postpone(e);
        }
    }

    /// <summary>Null when not even reading is possible.</summary>
    public LiteStore? Store { get; private set; }

    public DatabaseState State => _state;

    /// <summary>Grows before anything but a checkpoint writes the data file.</summary>
    public int Generation => _generation;

    /// <summary>What a caller is told whose work cannot be done now.</summary>
    /// <remarks>That the disk is full means that nothing was changed, which is not certain while the log is in doubt.</remarks>
    public Exception Refusal => _files.InDoubt ? new StorageUnavailableException(_fault) : DiskFaults.ForCaller(_fault);

    /// <summary>
    /// Replaces a store that broke: at once by one that can be written where nothing says that the disk cannot, else by what can still be read.
    /// A damaged page would otherwise keep everybody's changes out whenever somebody reads it.
    /// </summary>
    /// <param name="reading">Whether it broke while it was read only, which tells nothing of writing.</param>
    public void Replace(bool reading = false)
    {
        var (fault, wasReady) = (Store!.Fault!, State is DatabaseState.Ready);
        Discard();
        if (wasReady && (reading || !DiskFaults.IsOfDisk(fault)) && TryOpen(fault))
        {
            return;
        }

        OpenReadOnly();
        Postpone(fault);
    }

    /// <summary>Tries to write again, if it is time to.</summary>
    public void Tend()
    {
        if (State == DatabaseState.Ready || _options.Time.GetTimestamp() < _retryAt)
        {
            return;
        }

        Discard();
        try
        {
            Use(_files.OpenWritable());
            LogReopened(_options.Logger);
        }
        catch (Exception e)
        {
            // Whatever it is, it was not there before, and it is tried again.
            Discard();
            OpenReadOnly();
            Postpone(e);
        }
    }

    /// <summary>A change has reached the disk: the next fault starts over with short pauses.</summary>
    public void Confirm() => _pause = _options.FirstRetry;

    public void Dispose()
    {
        _timer.Dispose();
        Discard();
    }

    private bool TryOpen(Exception fault)
    {
        try
        {
            Use(_files.OpenWritable());
            StorageMeter.CountFault();
            _fault = fault;
            LogRenewed(_options.Logger, fault);
            return true;
        }
        catch (Exception)
        {
            // Whatever it is, the way for a failing disk is the way for this.
            Discard();
            return false;
        }
    }

    private void OpenReadOnly()
    {
        try
        {
            Use(_files.OpenReadOnly());
        }
        catch (Exception e)
        {
            Discard();
            LogUnreadable(_options.Logger, e);
        }
    }

    private void Use(LiteStore store)
    {
        Store = store;
        if (_generation > 0)
        {
            _options.Reopened(new Tables(store));
        }

        _state = store.IsReadOnly ? DatabaseState.ReadOnly : DatabaseState.Ready;
    }

    private void Discard()
    {
        _generation++;
        _state = DatabaseState.Down;
        if (Store is not null)
        {
            _files.Close(Store);
            Store = null;
        }
    }

    private void Postpone(Exception fault)
    {
        StorageMeter.CountFault();
        _fault = fault;
        _retryAt = _options.Time.GetTimestamp() + (long)(_pause.TotalSeconds * _options.Time.TimestampFrequency);
        _timer.Change(_pause, Timeout.InfiniteTimeSpan);
        LogFault(_options.Logger, State, _pause.TotalMilliseconds, fault);
        _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, _options.LongestRetry.Ticks));
    }

    [LoggerMessage(LogLevel.Error, "The database cannot write; it is {State} and tries again in {Milliseconds} ms")]
    private static partial void LogFault(ILogger logger, DatabaseState state, double milliseconds, Exception fault);

    [LoggerMessage(LogLevel.Error, "The database failed and was opened anew")]
    private static partial void LogRenewed(ILogger logger, Exception fault);

    [LoggerMessage(LogLevel.Critical, "The database cannot be read")]
    private static partial void LogUnreadable(ILogger logger, Exception fault);

    [LoggerMessage(LogLevel.Information, "The database is open for writing again")]
    private static partial void LogReopened(ILogger logger);
}

namespace Postcard.Storage.Engine;

/// <summary>
/// The only thread that talks to LiteDB, readers included: two at once break it. Each turn runs the reads that wait, then commits
/// the changes that wait together, then does upkeep.
/// </summary>
internal sealed class DatabaseThread
{
    private readonly WorkQueue _queue;
    private readonly Supervisor _supervisor;
    private readonly DatabaseOptions _options;
    private readonly ITimer _clock;
    private readonly Thread _thread;
    private readonly List<Work> _reads = [];
    private readonly List<Work> _changes = [];
    private readonly List<Work> _upkeep = [];
    private volatile bool _checkpointDue;
    private int _copies;

    public DatabaseThread(WorkQueue queue, Supervisor supervisor, DatabaseOptions options)
    {
        _queue = queue;
        _supervisor = supervisor;
        _options = options;
        _clock = options.Time.CreateTimer(_ => Tick(), null, options.CheckpointInterval, options.CheckpointInterval);
        _thread = new Thread(Run) { Name = "database", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Waits until all that was queued before the queue's closing is done and the log is in the data file.</summary>
    public void Join()
    {
        _thread.Join();
        _clock.Dispose();
    }

    /// <summary>Keeps checkpoints out of the data file while it is copied.</summary>
    public void BeginCopy() => Interlocked.Increment(ref _copies);

    public void EndCopy() => Interlocked.Decrement(ref _copies);

    private void Run()
    {
        while (_queue.Take(_reads, _changes, _upkeep))
        {
            _supervisor.Tend();
            RunReads();
            RunChanges();
            RunUpkeep();
            if (_supervisor.Store is { IsReadOnly: false } store && (_checkpointDue || store.LogBytes >= _options.CheckpointBytes))
            {
                Checkpoint(store);
            }
        }

        if (_supervisor.Store is { IsReadOnly: false } last)
        {
            Checkpoint(last);
        }
    }

    private void RunReads()
    {
        Work? suspect = null;
        StorageMeter.Reads.Add(_reads.Count);
        for (var next = 0; next < _reads.Count;)
        {
            if (_supervisor.Store is not { } store)
            {
                Refuse(_reads, next);
                return;
            }

            try
            {
                store.Begin();
                while (next < _reads.Count && TryRead(store, _reads[next], ref suspect))
                {
                    next++;
                }

                store.Commit();
            }
            catch (Exception e) when (e is StorageFullException or StorageUnavailableException)
            {
                _supervisor.Replace(reading: true);
            }
        }
    }

    /// <summary>False when it broke the store and is to run once more, in one opened anew: it may have met LiteDB's memory or the file itself.</summary>
    private static bool TryRead(LiteStore store, Work read, ref Work? suspect)
    {
        if (store.Fault is not null)
        {
            return false;
        }

        read.Run(store);
        if (store.Fault is { } fault)
        {
            if (suspect != read)
            {
                suspect = read;
                return false;
            }

            read.Failure = new StorageDamagedException(fault);
        }

        read.Answer();
        return true;
    }

    private void RunChanges()
    {
        if (_changes.Count == 0)
        {
            return;
        }

        if (_supervisor.Store is not { IsReadOnly: false } store)
        {
            Refuse(_changes, 0);
            return;
        }

        try
        {
            GroupCommit.Apply(store, _changes);
        }
        catch (Exception e) when (e is StorageFullException or StorageUnavailableException)
        {
            _supervisor.Replace();
            RunAlone();
            return;
        }

        foreach (var change in _changes)
        {
            AnswerDurable(change);
        }

        _supervisor.Confirm();
        StorageMeter.Log.Record(store.LogBytes);
    }

    /// <summary>After a store broke over these changes, and has none of them: if another takes changes, only those fail that break that, too.</summary>
    private void RunAlone()
    {
        for (var next = 0; next < _changes.Count; next++)
        {
            if (_supervisor.Store is not { IsReadOnly: false } store)
            {
                Refuse(_changes, next);
                return;
            }

            var change = _changes[next];
            try
            {
                GroupCommit.Apply(store, [change]);
            }
            catch (Exception e) when (e is StorageFullException or StorageUnavailableException)
            {
                _supervisor.Replace();
                change.Failure = DiskFaults.IsOfDisk(store.Fault) ? _supervisor.Refusal : new StorageDamagedException(store.Fault);
            }

            AnswerDurable(change);
        }
    }

    private static void AnswerDurable(Work change)
    {
        if (change.Failure is null)
        {
            try
            {
                change.Transaction!.RunDurable();
            }
            catch (Exception e)
            {
                // The change stands; its caller has to learn that what follows from it does not.
                change.Failure = e;
            }
        }

        change.Answer();
    }

    private void RunUpkeep()
    {
        foreach (var work in _upkeep)
        {
            if (_supervisor.Store is not { IsReadOnly: false } store)
            {
                work.Failure = _supervisor.Refusal;
            }
            else
            {
                work.Run(store);
                if (store.Fault is not null)
                {
                    _supervisor.Replace();
                }
            }

            work.Answer();
        }
    }

    private void Checkpoint(LiteStore store)
    {
        if (Volatile.Read(ref _copies) > 0)
        {
            return;
        }

        _checkpointDue = false;
        try
        {
            StorageMeter.Time(StorageMeter.Checkpoint, store.Checkpoint);
            StorageMeter.Log.Record(store.LogBytes);
        }
        catch (Exception e) when (e is StorageFullException or StorageUnavailableException)
        {
            _supervisor.Replace();
        }
    }

    private void Refuse(List<Work> work, int from)
    {
        for (var i = from; i < work.Count; i++)
        {
            work[i].Failure = _supervisor.Refusal;
            work[i].Answer();
        }
    }

    private void Tick()
    {
        _checkpointDue = true;
        _queue.Wake();
    }
}

namespace Postcard.Storage.Engine;

/// <summary>What waits for the database thread, bounded. Each turn takes of each kind, so that no kind starves another.</summary>
/// <param name="limit">Items that may wait at once.</param>
/// <param name="turn">Items of one kind that one turn takes at most.</param>
internal sealed class WorkQueue(int limit, int turn)
{
    private static readonly TimeSpan LongestGroupWait = TimeSpan.FromMilliseconds(1);

    private readonly object _gate = new();
    private readonly Queue<Work> _reads = new();
    private readonly Queue<Work> _changes = new();
    private readonly Queue<Work> _upkeep = new();
    private int _lastGroup;
    private int _wanted;
    private bool _woken;
    private bool _closed;

    /// <summary>Items that wait now.</summary>
    public int Length
    {
        get
        {
            lock (_gate)
            {
                return Waiting;
            }
        }
    }

    public int Limit => limit;

    public void AddRead(Work read) => Add(_reads, read);

    public void AddChange(Work change) => Add(_changes, change);

    public void AddUpkeep(Work upkeep) => Add(_upkeep, upkeep);

    /// <summary>Gives the thread a turn even if nothing waits.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _woken = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes nothing more; what waits is still served.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits for a turn and fills the lists; false when the queue is closed and empty.</summary>
    public bool Take(List<Work> reads, List<Work> changes, List<Work> upkeep)
    {
        lock (_gate)
        {
            while (Waiting == 0 && !_woken && !_closed)
            {
                Monitor.Wait(_gate);
            }

            if (Waiting == 0 && _closed)
            {
                return false;
            }

            AwaitGroup();
            _woken = false;
            Move(_reads, reads);
            Move(_changes, changes);
            _lastGroup = changes.Count;
            Move(_upkeep, upkeep);
            return true;
        }
    }

    /// <summary>
    /// Clients that were answered together come back within a moment. Taking the first of them alone made every other commit one of
    /// a single change: 16 changes per fsync with 32 clients, instead of 32.
    /// </summary>
    private void AwaitGroup()
    {
        _wanted = _lastGroup * 3 / 4;
        if (_changes.Count > 0 && _changes.Count < _wanted && _reads.Count + _upkeep.Count == 0 && !_closed)
        {
            Monitor.Wait(_gate, LongestGroupWait);
        }

        _wanted = 0;
    }

    private int Waiting => _reads.Count + _changes.Count + _upkeep.Count;

    private void Add(Queue<Work> queue, Work work)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(Database));
            if (Waiting >= limit)
            {
                throw new DatabaseBusyException();
            }

            queue.Enqueue(work);
            if (queue != _changes || queue.Count >= _wanted)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    private void Move(Queue<Work> queue, List<Work> list)
    {
        list.Clear();
        while (list.Count < turn && queue.TryDequeue(out var work))
        {
            list.Add(work);
        }
    }
}

namespace Postcard.Media;

/// <summary>
/// Runs blocking jobs on threads of its own, first come first served, as far as their estimated memory fits one budget; the
/// first one waits until it fits, so that a large job is not starved by small ones.
/// </summary>
internal sealed class WorkQueue : IDisposable
{
    private readonly object _gate = new();
    private readonly LinkedList<Job> _waiting = new();
    private readonly int _capacity;
    private long _free;
    private int _running;
    private bool _closed;

    /// <param name="capacity">Jobs that may wait; one more is refused.</param>
    /// <param name="budgetBytes">Shared by all that run.</param>
    public WorkQueue(string name, int threads, int capacity, long budgetBytes)
    {
        _capacity = capacity;
        _free = budgetBytes;
        for (var i = 0; i < threads; i++)
        {
            new Thread(Work) { IsBackground = true, Name = $"{name}-{i}" }.Start();
        }
    }

    /// <summary>Jobs that wait or run.</summary>
    public int Pending
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count + _running;
            }
        }
    }

    /// <summary>Whether the next job would be refused.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count >= _capacity;
            }
        }
    }

    /// <param name="bytes">What the job holds while it runs; not above the budget.</param>
    /// <exception cref="MediaException">Busy: the queue is full, or closed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while it waited; a running job looks at the token itself.</exception>
    public async Task<T> RunAsync<T>(long bytes, Func<T> work, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var job = new Job<T>(bytes, work, cancel);
        var node = new LinkedListNode<Job>(job);
        lock (_gate)
        {
            if (_closed || _waiting.Count >= _capacity)
            {
                throw new MediaException(MediaFault.Busy);
            }

            _waiting.AddLast(node);
            Monitor.PulseAll(_gate);
        }

        await using var registration = cancel.UnsafeRegister(_ => Withdraw(node), null);
        return await job.Done.ConfigureAwait(false);
    }

    /// <summary>Cancels what waits; what runs ends by itself.</summary>
    public void Dispose()
    {
        Job[] dropped;
        lock (_gate)
        {
            _closed = true;
            dropped = [.. _waiting];
            _waiting.Clear();
            Monitor.PulseAll(_gate);
        }

        foreach (var job in dropped)
        {
            job.Cancel();
        }
    }

    private void Withdraw(LinkedListNode<Job> node)
    {
        lock (_gate)
        {
            if (node.List is null)
            {
                return;
            }

            _waiting.Remove(node);
            Monitor.PulseAll(_gate);
        }

        node.Value.Cancel();
    }

    private void Work()
    {
        while (Next() is { } job)
        {
            job.Run();
            bool idle;
            lock (_gate)
            {
                _free += job.Bytes;
                _running--;
                idle = _waiting.Count == 0;
                Monitor.PulseAll(_gate);
            }

            if (idle)
            {
                NativeMemory.Trim();
            }
        }
    }

    private Job? Next()
    {
        lock (_gate)
        {
            while (!_closed)
            {
                if (_waiting.First is { } first && first.Value.Bytes <= _free)
                {
                    _waiting.RemoveFirst();
                    _free -= first.Value.Bytes;
                    _running++;
                    return first.Value;
                }

                Monitor.Wait(_gate);
            }

            return null;
        }
    }

    private abstract class Job(long bytes)
    {
        public long Bytes { get; } = bytes;

        public abstract void Run();

        public abstract void Cancel();
    }

    private sealed class Job<T>(long bytes, Func<T> work, CancellationToken cancel) : Job(bytes)
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Done => _done.Task;

        /// <summary>Whatever ends the job belongs to its caller, never to the thread.</summary>
        public override void Run()
        {
            try
            {
                _done.TrySetResult(work());
            }
            catch (OperationCanceledException)
            {
                _done.TrySetCanceled(cancel);
            }
            catch (Exception failure)
            {
                _done.TrySetException(failure);
            }
        }

        public override void Cancel() => _done.TrySetCanceled(cancel);
    }
}

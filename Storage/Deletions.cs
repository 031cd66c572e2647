namespace Postcard.Storage;

/// <summary>
/// Deletes what no record names any more, at once or, while a backup runs, after it: the backup's copy of the records still names
/// those files. Backups and sweeps wait for each other.
/// </summary>
internal sealed class Deletions
{
    private readonly SemaphoreSlim _quiet = new(1, 1);
    private readonly Lock _gate = new();
    private readonly HashSet<string> _waiting = new(StringComparer.Ordinal);
    private bool _held;

    /// <summary>Removes a file, or a directory with all it holds. What cannot be removed is left to the sweep: records decide, and they have changed already.</summary>
    public void Remove(string path)
    {
        lock (_gate)
        {
            if (_held)
            {
                _waiting.Add(path);
                return;
            }
        }

        RemoveNow(path);
    }

    /// <summary>Whether a deletion of this very path is held back.</summary>
    public bool IsWaiting(string path)
    {
        lock (_gate)
        {
            return _waiting.Contains(path);
        }
    }

    /// <summary>Runs <paramref name="link"/>, which makes a file that may wait for its deletion be wanted again.</summary>
    public void Revive(string path, Action link)
    {
        lock (_gate)
        {
            _waiting.Remove(path);
            link();
        }
    }

    /// <summary>Holds all deletions back until the result is disposed of. Waits for a sweep under way.</summary>
    public async Task<IAsyncDisposable> HoldAsync(CancellationToken cancel)
    {
        await _quiet.WaitAsync(cancel);
        lock (_gate)
        {
            _held = true;
        }

        return new Holding(this);
    }

    /// <summary>For a sweep: waits until no backup is under way, and holds the next one off until the result is disposed of.</summary>
    public async Task<IDisposable> SweepAsync(CancellationToken cancel)
    {
        await _quiet.WaitAsync(cancel);
        return new Sweeping(_quiet);
    }

    /// <summary>Like <see cref="SweepAsync"/>; null instead of waiting.</summary>
    public IDisposable? TrySweep() => _quiet.Wait(0) ? new Sweeping(_quiet) : null;

    private void Release()
    {
        lock (_gate)
        {
            _held = false;
        }

        while (RemoveWaiting())
        {
        }

        _quiet.Release();
    }

    /// <summary>One at a time under the gate, so that <see cref="Revive"/> comes before or after it and never between.</summary>
    private bool RemoveWaiting()
    {
        lock (_gate)
        {
            if (_waiting.FirstOrDefault() is not { } path)
            {
                return false;
            }

            _waiting.Remove(path);
            RemoveNow(path);
            return true;
        }
    }

    private static void RemoveNow(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next sweep finds it.
        }
    }

    private sealed class Holding(Deletions deletions) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => new(Task.Run(deletions.Release));
    }

    private sealed class Sweeping(SemaphoreSlim quiet) : IDisposable
    {
        public void Dispose() => quiet.Release();
    }
}

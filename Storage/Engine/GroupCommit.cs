namespace Postcard.Storage.Engine;

/// <summary>Commits changes that wait together: one transaction, one record in the log, one fsync.</summary>
internal static class GroupCommit
{
    /// <summary>When this returns, each change is on disk or has a failure.</summary>
    /// <exception cref="StorageFullException">The store is broken and none of the changes is to be acknowledged.</exception>
    /// <exception cref="StorageUnavailableException">As above.</exception>
    public static void Apply(LiteStore store, List<Work> changes)
    {
        if (!TryTogether(store, changes))
        {
            foreach (var change in changes)
            {
                Alone(store, change);
            }
        }

        if (changes.Exists(change => change is { Failure: null, Transaction.Wrote: true }))
        {
            store.MakeDurable();
            StorageMeter.Commits.Add(1);
            StorageMeter.Group.Record(changes.Count);
        }
    }

    /// <summary>False, with everything undone, when a change failed behind its first write: the others must not go down with it.</summary>
    private static bool TryTogether(LiteStore store, List<Work> changes)
    {
        if (changes.Count == 1)
        {
            return false;
        }

        store.Begin();
        foreach (var change in changes)
        {
            change.Run(store);
            store.ThrowIfBroken();
            if (change is { Failure: not null, Transaction.Wrote: true })
            {
                store.Undo();
                return false;
            }
        }

        store.Commit();
        return true;
    }

    private static void Alone(LiteStore store, Work change)
    {
        store.Begin();
        change.Run(store);
        store.ThrowIfBroken();
        if (change.Failure is null)
        {
            store.Commit();
        }
        else
        {
            store.Undo();
        }
    }
}

namespace Postcard.Storage.Engine;

/// <summary>Something that the database thread runs and a caller waits for.</summary>
internal abstract class Work
{
    /// <summary>What the caller gets instead of a result.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Its latest run's side of the open transaction; null unless this is a change.</summary>
    public Transaction? Transaction { get; protected set; }

    /// <summary>Runs it, anew if it ran before; whatever it throws becomes its failure.</summary>
    public abstract void Run(LiteStore store);

    /// <summary>Ends the caller's task, whose continuation runs on the thread pool.</summary>
    public abstract void Answer();
}

internal abstract class Work<T> : Work
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Task => _done.Task;

    public sealed override void Run(LiteStore store)
    {
        Failure = null;
        try
        {
            _result = Execute(store);
        }
        catch (Exception e)
        {
            // It belongs to the caller, of whatever type it is.
            Failure = e;
        }
    }

    public sealed override void Answer()
    {
        if (Failure is null)
        {
            _done.SetResult(_result);
        }
        else
        {
            _done.SetException(Failure);
        }
    }

    protected abstract T Execute(LiteStore store);
}

internal sealed class Read<T>(Func<Tables, T> read) : Work<T>
{
    protected override T Execute(LiteStore store)
    {
        var tables = new Tables(store);
        try
        {
            return read(tables);
        }
        finally
        {
            tables.End();
        }
    }
}

internal sealed class Change<T>(Func<Transaction, T> change) : Work<T>
{
    protected override T Execute(LiteStore store)
    {
        Transaction = new Transaction(store);
        try
        {
            var result = change(Transaction);
            return Transaction.Failure is null ? result : throw Transaction.Failure;
        }
        finally
        {
            Transaction.End();
        }
    }
}

/// <summary>Work on the store itself, between commits.</summary>
internal sealed class Upkeep<T>(Func<LiteStore, T> upkeep) : Work<T>
{
    protected override T Execute(LiteStore store) => upkeep(store);
}

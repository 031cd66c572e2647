namespace Postcard.Storage;

/// <summary>
/// Times that strictly increase, over restarts and clock jumps too, so that an order by time is total. How far they may have gone is
/// written ahead by a second at most, which costs one small write a second instead of one a record.
/// </summary>
internal sealed class Clock(TimeProvider time)
{
    private const int AheadMilliseconds = 1000;
    private const string Collection = "meta", Id = "clock", Field = "reserved";

    private long _last;
    private long _reserved;

    /// <summary>Unix time in milliseconds, greater than any that this returned before.</summary>
    public long Next()
    {
        while (true)
        {
            var last = Volatile.Read(ref _last);
            var next = Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), last + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return next;
            }
        }
    }

    /// <summary>Called by each change that stores a time from <see cref="Next"/>.</summary>
    public void Reserve(Transaction transaction, long used)
    {
        if (used < _reserved)
        {
            return;
        }

        var reserved = used + AheadMilliseconds;
        transaction.Put(Collection, new() { ["_id"] = Id, [Field] = reserved });
        transaction.OnDurable(() => _reserved = Math.Max(_reserved, reserved));
    }

    public void Restore(Tables tables) => _last = _reserved = tables.Find(Collection, Id)?[Field].AsInt64 ?? 0;
}

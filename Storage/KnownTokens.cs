namespace Postcard.Storage;

/// <summary>
/// Fingerprints of all that may stand in a <c>token</c> header and be somebody's, 64 bits each: tells a guess from a token of ours without the
/// database. Any thread asks; only the database thread adds and removes. What it holds too much costs a look into the database.
/// </summary>
internal sealed class KnownTokens
{
    private const ulong Free = 0, Gone = 1, FirstFingerprint = 2;

    private ulong[] _slots = new ulong[1024];
    private int _used;
    private volatile bool _complete;

    /// <summary>False only for what is nobody's. Until everything was learned from the database it may be anybody's.</summary>
    public bool MayHold(UInt128 key) => !_complete || Find(Volatile.Read(ref _slots), Fingerprint(key)) >= 0;

    /// <summary>Everything that was there before is learned; what comes later is added when it comes.</summary>
    public void Complete() => _complete = true;

    /// <summary>Database thread only.</summary>
    public void Add(UInt128 key)
    {
        var fingerprint = Fingerprint(key);
        if (Find(_slots, fingerprint) >= 0)
        {
            return;
        }

        if (2 * (_used + 1) > _slots.Length)
        {
            Rebuild();
        }

        Insert(_slots, fingerprint);
        _used++;
    }

    /// <summary>Database thread only.</summary>
    public void Remove(UInt128 key)
    {
        if (Find(_slots, Fingerprint(key)) is var slot and >= 0)
        {
            Volatile.Write(ref _slots[slot], Gone);
        }
    }

    private static ulong Fingerprint(UInt128 key) => Math.Max((ulong)key, FirstFingerprint);

    private static int Find(ulong[] slots, ulong fingerprint)
    {
        for (var slot = (int)fingerprint & (slots.Length - 1); ; slot = (slot + 1) & (slots.Length - 1))
        {
            var held = Volatile.Read(ref slots[slot]);
            if (held == fingerprint)
            {
                return slot;
            }

            if (held == Free)
            {
                return -1;
            }
        }
    }

    private static void Insert(ulong[] slots, ulong fingerprint)
    {
        var slot = (int)fingerprint & (slots.Length - 1);
        while (slots[slot] != Free)
        {
            slot = (slot + 1) & (slots.Length - 1);
        }

        Volatile.Write(ref slots[slot], fingerprint);
    }

    /// <summary>Readers go on with the old array until the new one is whole.</summary>
    private void Rebuild()
    {
        var live = Array.FindAll(_slots, slot => slot >= FirstFingerprint);
        var slots = new ulong[Math.Max(1024, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(live.Length + 1) * 4))];
        foreach (var fingerprint in live)
        {
            Insert(slots, fingerprint);
        }

        _used = live.Length;
        Volatile.Write(ref _slots, slots);
    }
}

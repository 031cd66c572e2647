using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Postcard.Storage;

/// <summary>
/// Records in memory up to a bound of bytes. Any thread reads; only the database thread adds and removes, in the order of the
/// commits, so what is found here is what was last made durable. Eviction is CLOCK: an entry read since the hand last passed stays.
/// </summary>
internal sealed class BoundedCache<TKey, TValue>(long capacityBytes, Func<TValue, int> weigh)
    where TKey : notnull
    where TValue : class
{
    /// <summary>Dictionary node, entry and queue slot, measured at about this.</summary>
    private const int EntryOverheadBytes = 160;

    private readonly ConcurrentDictionary<TKey, Entry> _entries = new(concurrencyLevel: 1, capacity: 1024);
    private readonly Queue<Entry> _clock = new();
    private long _bytes;

    private sealed class Entry(TKey key, TValue value, int bytes)
    {
        public readonly TKey Key = key;
        public readonly TValue Value = value;
        public readonly int Bytes = bytes;
        public bool Used;
        public bool Removed;
    }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_entries.TryGetValue(key, out var entry))
        {
            if (!entry.Used)
            {
                entry.Used = true;
            }

            value = entry.Value;
            return true;
        }

        value = null;
        return false;
    }

    /// <summary>Adds or replaces. Database thread only.</summary>
    public void Set(TKey key, TValue value)
    {
        Remove(key);
        var entry = new Entry(key, value, weigh(value) + EntryOverheadBytes);
        if (entry.Bytes > capacityBytes / 8)
        {
            return;
        }

        _bytes += entry.Bytes;
        _entries[key] = entry;
        _clock.Enqueue(entry);
        while (_bytes > capacityBytes)
        {
            Evict();
        }
    }

    /// <summary>Database thread only.</summary>
    public void Remove(TKey key)
    {
        if (_entries.TryRemove(key, out var entry))
        {
            entry.Removed = true;
            _bytes -= entry.Bytes;
        }

        // Removed entries leave the queue when the hand comes by; many removals without eviction must not let it grow.
        if (_clock.Count > 2 * _entries.Count + 1024)
        {
            Compact();
        }
    }

    /// <summary>Database thread only.</summary>
    public void RemoveWhere(Func<TValue, bool> condition)
    {
        foreach (var (key, entry) in _entries)
        {
            if (condition(entry.Value))
            {
                Remove(key);
            }
        }
    }

    /// <summary>Database thread only.</summary>
    public void Clear() => RemoveWhere(_ => true);

    private void Evict()
    {
        var entry = _clock.Dequeue();
        if (entry.Removed)
        {
            return;
        }

        if (entry.Used)
        {
            entry.Used = false;
            _clock.Enqueue(entry);
            return;
        }

        _entries.TryRemove(entry.Key, out _);
        _bytes -= entry.Bytes;
    }

    private void Compact()
    {
        for (var count = _clock.Count; count > 0; count--)
        {
            var entry = _clock.Dequeue();
            if (!entry.Removed)
            {
                _clock.Enqueue(entry);
            }
        }
    }
}

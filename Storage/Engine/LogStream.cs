namespace Postcard.Storage.Engine;

/// <summary>
/// What LiteDB takes for its log file. Pages gather in memory until <see cref="Sync"/> writes them as one record. What LiteDB's
/// writer thread calls must not throw, or the engine hangs: a failed write poisons the log and shows in <see cref="Sync"/>.
/// </summary>
internal sealed class LogStream(IDiskFile file, DataHeader data) : Stream
{
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(30);

    private readonly object _gate = new();
    private readonly List<long> _offsets = [];
    private byte[] _buffer = new byte[LogFormat.BlockBytes + (16 * DataHeader.PageBytes)];
    private LogEpoch _epoch = LogEpoch.Start(data.Created, data.Stamp);
    private byte[] _hash = [];
    private long _end;
    private long _sequence;
    private int _buffered;
    private bool _unsynced;
    private Exception? _fault;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    /// <summary>Bytes of pages since the last checkpoint, written or waiting.</summary>
    public override long Length
    {
        get
        {
            lock (_gate)
            {
                return (long)(_offsets.Count + _buffered) * DataHeader.PageBytes;
            }
        }
    }

    public override long Position { get; set; }

    /// <summary>Where in the file ends what is known to be on disk of this epoch; 0 when nothing is.</summary>
    public long AcknowledgedBytes { get; private set; }

    /// <summary>The stamp that the next checkpoint has to give the data file.</summary>
    public int NextStamp => _epoch.Next;

    public override void Write(byte[] buffer, int offset, int count)
    {
        lock (_gate)
        {
            try
            {
                Take(buffer.AsSpan(offset, count));
            }
            catch (Exception e)
            {
                _fault ??= e;
            }

            Position += count;
            Monitor.PulseAll(_gate);
        }
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        lock (_gate)
        {
            // A checkpoint reads from the start and then writes the data file, which nothing may precede.
            if (Position == 0)
            {
                Sync();
            }

            var page = (int)(Position / DataHeader.PageBytes);
            var target = buffer.AsSpan(offset, count);
            if (page >= _offsets.Count + _buffered || count != DataHeader.PageBytes)
            {
                throw new IOException("A page of the log is lost.", _fault);
            }

            if (page >= _offsets.Count)
            {
                _buffer.AsSpan(At(page - _offsets.Count), count).CopyTo(target);
            }
            else if (file.Read(target, _offsets[page]) < count)
            {
                throw new EndOfStreamException("The log became shorter while it was read.");
            }

            Position += count;
            return count;
        }
    }

    /// <summary>LiteDB flushes after each page; <see cref="Sync"/> does it once for a commit.</summary>
    public override void Flush()
    {
    }

    /// <summary>Forgets everything after a checkpoint. The file keeps its length, so that later writes go to allocated blocks.</summary>
    public override void SetLength(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(value, 0);
        lock (_gate)
        {
            _epoch = LogEpoch.Start(_epoch.Created, _epoch.Next);
            _offsets.Clear();
            _buffered = 0;
            _end = 0;
            _sequence = 0;
            AcknowledgedBytes = 0;
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Waits until LiteDB's writer has handed over all pages up to this length.</summary>
    public void WaitFor(long length)
    {
        lock (_gate)
        {
            while (Length < length && _fault is null)
            {
                if (!Monitor.Wait(_gate, DrainTimeout))
                {
                    _fault = new IOException("LiteDB's log writer has stopped.");
                }
            }
        }
    }

    /// <summary>Returns when all pages handed over so far are on disk.</summary>
    /// <exception cref="IOException">Now or earlier a write failed: this log takes nothing more.</exception>
    public void Sync()
    {
        lock (_gate)
        {
            WriteRecord();
            ThrowIfPoisoned();
            if (!_unsynced)
            {
                return;
            }

            try
            {
                StorageMeter.Time(StorageMeter.Fsync, file.Sync);
            }
            catch (Exception e) when (DiskFaults.IsDisk(e))
            {
                _fault = e;
                ThrowIfPoisoned();
            }

            _unsynced = false;
            AcknowledgedBytes = _end;
        }
    }

    private void Take(ReadOnlySpan<byte> page)
    {
        if (_fault is not null)
        {
            return;
        }

        if (Position != Length || page.Length != DataHeader.PageBytes)
        {
            throw new IOException("LiteDB wrote its log in an order that is not known of it.");
        }

        if (_buffered == LogFormat.RecordPages)
        {
            WriteRecord();
        }

        page.CopyTo(Room());
        _buffered++;
    }

    /// <summary>Writes what is buffered, without an fsync; a failure poisons the log.</summary>
    private void WriteRecord()
    {
        if (_buffered == 0 || _fault is not null)
        {
            return;
        }

        try
        {
            if (_end == 0)
            {
                StartEpoch();
            }

            var record = _buffer.AsSpan(0, At(_buffered));
            _hash = LogFormat.WriteRecord(record, new(_epoch.Salt, _sequence, _offsets.Count, _buffered, _hash));
            _unsynced = true;
            file.Write(record, _end);
            for (var page = 0; page < _buffered; page++)
            {
                _offsets.Add(_end + At(page));
            }

            _end += record.Length;
            _sequence++;
            _buffered = 0;
        }
        catch (Exception e) when (DiskFaults.IsDisk(e))
        {
            _fault = e;
        }
    }

    /// <summary>Block 0 goes to disk before any record: otherwise an old epoch's block could stand before a new epoch's first record.</summary>
    private void StartEpoch()
    {
        var block = new byte[LogFormat.BlockBytes];
        _hash = LogFormat.WriteEpoch(block, _epoch);
        file.Write(block, 0);
        file.Sync();
        _end = block.Length;
    }

    private Span<byte> Room()
    {
        if (At(_buffered) == _buffer.Length)
        {
            Array.Resize(ref _buffer, At(Math.Min(2 * _buffered, LogFormat.RecordPages)));
        }

        return _buffer.AsSpan(At(_buffered), DataHeader.PageBytes);
    }

    private static int At(int page) => LogFormat.BlockBytes + (page * DataHeader.PageBytes);

    private void ThrowIfPoisoned()
    {
        if (_fault is not null)
        {
            throw new IOException("The log cannot be written.", _fault);
        }
    }
}

using Postcard.Storage.Engine;

namespace Postcard.Tests.Storage.Engine;

/// <summary>
/// A disk in memory that remembers every write and fsync, so that <see cref="CutPower"/> can make the disks that a power cut at any
/// moment may leave; and that can be full or refuse what it is asked.
/// </summary>
internal sealed class SimulatedDisk : IDisk
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SimulatedFile> _files = [];
    private readonly List<DiskStep> _steps = [];

    /// <summary>Bytes that all files together may have; none are taken away from files that have more.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>Called before each step with the file's name; what it throws is what the caller gets.</summary>
    public Action<string, DiskStepKind> Before { get; set; } = (_, _) => { };

    /// <summary>Writes, changes of length and fsyncs so far.</summary>
    public int Steps
    {
        get
        {
            lock (_gate)
            {
                return _steps.Count;
            }
        }
    }

    public IDiskFile Open(string name)
    {
        lock (_gate)
        {
            if (!_files.TryGetValue(name, out var file))
            {
                _files[name] = file = new SimulatedFile();
            }

            return new Handle(this, name, file);
        }
    }

    /// <summary>How often a file was fsynced.</summary>
    public int Syncs(string name)
    {
        lock (_gate)
        {
            return _steps.Count(step => step.Kind == DiskStepKind.Sync && step.File == name);
        }
    }

    /// <summary>A step to cut the power before: any, or just as often an fsync, before which most is at stake.</summary>
    public int Moment(Random random)
    {
        lock (_gate)
        {
            var at = random.Next(_steps.Count + 1);
            var sync = _steps.FindIndex(Math.Min(at, _steps.Count), step => step.Kind == DiskStepKind.Sync);
            return sync < 0 || random.Next(2) == 0 ? at : sync;
        }
    }

    /// <summary>What is found after the process was killed: all that was written, synced or not.</summary>
    public SimulatedDisk Copy()
    {
        lock (_gate)
        {
            var copy = new SimulatedDisk();
            foreach (var (name, file) in _files)
            {
                copy._files[name] = file.Copy();
            }

            return copy;
        }
    }

    /// <summary>What may be found after the power went before step <paramref name="at"/>.</summary>
    public SimulatedDisk CutPower(int at, Random random)
    {
        lock (_gate)
        {
            var after = new SimulatedDisk();
            foreach (var (name, file) in _files)
            {
                after._files[name] = Survivor(file, _steps.Take(at).Where(step => step.File == name), random);
            }

            return after;
        }
    }

    private static SimulatedFile Survivor(SimulatedFile file, IEnumerable<DiskStep> steps, Random random)
    {
        var survivor = new SimulatedFile(file.Origin);
        var unsynced = new List<DiskStep>();
        foreach (var step in steps)
        {
            switch (step.Kind)
            {
                case DiskStepKind.Sync:
                    unsynced.ForEach(survivor.Apply);
                    unsynced.Clear();
                    break;
                case DiskStepKind.FailedSync:
                    // The kernel takes these for written from now on, whatever became of them: no later fsync brings them.
                    new PowerCut(random).Apply(survivor, unsynced);
                    unsynced.Clear();
                    break;
                default:
                    unsynced.Add(step);
                    break;
            }
        }

        new PowerCut(random).Apply(survivor, unsynced);
        survivor.Settle();
        return survivor;
    }

    private void Do(string name, SimulatedFile file, DiskStep step)
    {
        lock (_gate)
        {
            try
            {
                Before(name, step.Kind);
            }
            catch (IOException) when (step.Kind == DiskStepKind.Sync)
            {
                Record(step with { Kind = DiskStepKind.FailedSync });
                throw;
            }

            var room = Capacity - _files.Values.Sum(other => other.Length);
            var growth = step.Kind == DiskStepKind.Sync ? 0 : step.End - file.Length;
            if (growth > 0 && growth > room)
            {
                if (step.Kind == DiskStepKind.Write && step.Bytes.Length - growth + room is > 0 and var fits)
                {
                    Record(step with { Bytes = step.Bytes[..(int)fits] });
                }

                throw Full();
            }

            Record(step);
        }

        void Record(DiskStep done)
        {
            file.Apply(done);
            _steps.Add(done);
        }
    }

    public static IOException Full() => new("No space left on device", 28);

    private sealed class Handle(SimulatedDisk disk, string name, SimulatedFile file) : IDiskFile
    {
        public long Length
        {
            get
            {
                lock (disk._gate)
                {
                    return file.Length;
                }
            }
        }

        public int Read(Span<byte> buffer, long offset)
        {
            lock (disk._gate)
            {
                disk.Before(name, DiskStepKind.Read);
                return file.Read(buffer, offset);
            }
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset) => disk.Do(name, file, new(name, DiskStepKind.Write, offset, bytes.ToArray()));

        public void SetLength(long length) => disk.Do(name, file, new(name, DiskStepKind.SetLength, length, []));

        public void Sync() => disk.Do(name, file, new(name, DiskStepKind.Sync, 0, []));

        public void Dispose()
        {
        }
    }
}

public enum DiskStepKind
{
    Read,
    Write,
    SetLength,
    Sync,
    FailedSync,
}

/// <param name="Offset">Of the write, or the new length.</param>
internal sealed record DiskStep(string File, DiskStepKind Kind, long Offset, byte[] Bytes)
{
    public long End => Offset + Bytes.Length;
}

namespace Postcard.Tests.Storage.Engine;

/// <summary>Decides what becomes of writes that no fsync has followed.</summary>
internal sealed class PowerCut(Random random)
{
    private readonly int _sectorBytes = random.Next(2) == 0 ? 512 : 4096;
    private readonly int _manner = random.Next(6);
    private readonly double _survival = random.NextDouble();

    /// <summary>The steps that may or may not have reached the medium, in the order in which they were made.</summary>
    public void Apply(SimulatedFile file, IReadOnlyList<DiskStep> unsynced)
    {
        var torn = random.Next(unsynced.Count + 1);
        for (var i = 0; i < unsynced.Count; i++)
        {
            switch (_manner)
            {
                case 0: // everything is lost
                    break;
                case 1: // everything arrived although nobody waited for it
                    file.Apply(unsynced[i]);
                    break;
                case 2 when i < torn: // in order, up to a torn one
                    file.Apply(unsynced[i]);
                    break;
                case 2 when i == torn:
                    ApplySectors(file, unsynced[i], first: random.Next(2) == 0);
                    break;
                case 3 when random.NextDouble() < _survival: // whole writes in any order
                    file.Apply(unsynced[i]);
                    break;
                case 4: // each sector for itself
                    ApplySectors(file, unsynced[i], first: null);
                    break;
                case 5 when random.Next(4) > 0: // of each write nothing, the start, the end
                    ApplySectors(file, unsynced[i], first: random.Next(2) == 0);
                    break;
            }
        }

        // The length is kept elsewhere than the bytes: it may have arrived alone.
        if (random.Next(2) == 0 && unsynced.Count > 0)
        {
            var end = unsynced.Max(step => step.End);
            file.SetLength(Math.Max(file.Length, end));
        }
    }

    /// <param name="first">Whether the first or the last part survives; null for sectors here and there.</param>
    private void ApplySectors(SimulatedFile file, DiskStep step, bool? first)
    {
        if (step.Kind != DiskStepKind.Write)
        {
            return;
        }

        // Sectors are those of the disk, wherever in them the write began.
        var cut = step.Offset + random.Next(step.Bytes.Length + 1);
        for (var at = step.Offset; at < step.End;)
        {
            var end = Math.Min((at / _sectorBytes * _sectorBytes) + _sectorBytes, step.End);
            if (first is { } head ? head == end <= cut : random.NextDouble() < _survival)
            {
                file.Write(step.Bytes.AsSpan((int)(at - step.Offset), (int)(end - at)), at);
            }

            at = end;
        }
    }
}

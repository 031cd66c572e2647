using System.Globalization;

namespace Bench;

/// <param name="Server">Whose memory and processor time are read; null for what is no server.</param>
/// <param name="Target">What our rate must be, as a multiple of this one's; 0 for ourselves and where nothing is asked.</param>
/// <param name="Run">Takes one measurement of the given length; null when it is not installed.</param>
internal sealed record Contestant(string Name, Server? Server, double Target, Func<TimeSpan, Task<Outcome>>? Run);

/// <summary>Measures servers in turn, round after round, so that what disturbs the machine disturbs all of them.</summary>
internal sealed class Contest(Options options)
{
    public async Task<List<Row>> RunAsync(string work, Contestant ours, params Contestant[] peers)
    {
        var all = peers.Prepend(ours).ToList();
        var measures = all.ToDictionary(contestant => contestant, _ => new List<Measure>());
        Console.Error.WriteLine($"{work}: warming up");
        foreach (var contestant in all)
        {
            await (contestant.Run?.Invoke(options.Time / 3) ?? Task.CompletedTask);
        }

        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var contestant in all.Where(contestant => contestant.Run is not null))
            {
                var measure = await MeasureAsync(contestant, contestant.Run!);
                measures[contestant].Add(measure);
                Console.Error.WriteLine(FormattableString.Invariant(
                    $"{work}, round {round}: {contestant.Name} {measure.Rate:n1}/s, p50 {measure.P50:n3} ms, {measure.CpuMicros:n1} µs of CPU, {measure.Errors} errors"));
            }
        }

        var own = Middle(measures[ours]);
        return [new(work, ours.Name, own), .. peers.Select(peer => Compare(work, own, peer, measures[peer]))];
    }

    private async Task<Measure> MeasureAsync(Contestant contestant, Func<TimeSpan, Task<Outcome>> run)
    {
        contestant.Server?.ForgetPeak();
        var before = contestant.Server?.CpuMicros() ?? 0;
        var outcome = await run(options.Time);
        var micros = (contestant.Server?.CpuMicros() ?? 0) - before;
        return new(outcome.Rate, outcome.Percentile(0.5), outcome.Percentile(0.99), micros / Math.Max(1, outcome.Micros.Length),
            contestant.Server?.TakePeak() ?? 0, outcome.Errors);
    }

    private static Measure Middle(List<Measure> measures) =>
        measures.OrderBy(measure => measure.Rate).ElementAt(measures.Count / 2) with { Errors = measures.Sum(measure => measure.Errors) };

    private static Row Compare(string work, Measure own, Contestant peer, List<Measure> measures)
    {
        if (measures.Count == 0)
        {
            return new(work, peer.Name, null, "not installed");
        }

        var other = Middle(measures);
        var ratio = own.Rate / other.Rate;
        var asked = peer.Target > 0;
        return new(work, peer.Name, other, FormattableString.Invariant($"{ratio:0.00}×"),
            asked ? string.Create(CultureInfo.InvariantCulture, $"≥ {peer.Target:0.##}×") : "", asked ? ratio >= peer.Target && own.Errors == 0 && other.Errors == 0 : null);
    }
}

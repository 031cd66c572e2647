using System.Diagnostics;

namespace Bench.Works;

/// <summary>Heavy work, done again and again by a few clients.</summary>
internal static class Chores
{
    /// <summary>Lets <paramref name="clients"/> clients do <paramref name="chore"/> until the time is over, and finish the last one.</summary>
    /// <param name="chore">Gets the client's number.</param>
    public static async Task<Outcome> RunAsync(int clients, TimeSpan time, Func<int, Task> chore, CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        var micros = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => RepeatAsync(client), cancel)));
        return new([.. micros.SelectMany(of => of).Order()], Stopwatch.GetElapsedTime(start), 0, 0);

        async Task<List<int>> RepeatAsync(int client)
        {
            var own = new List<int>();
            do
            {
                var begin = Stopwatch.GetTimestamp();
                await chore(client);
                own.Add((int)Stopwatch.GetElapsedTime(begin).TotalMicroseconds);
                cancel.ThrowIfCancellationRequested();
            }
            while (Stopwatch.GetElapsedTime(start) < time);

            return own;
        }
    }
}

using Postcard.Storage;

namespace Postcard.Tests.Storage.Engine;

/// <summary>
/// Power cuts at random moments of random work, in which now and then an fsync fails: what was acknowledged is there, what was refused is
/// not, nothing is there by half, and the database works on.
/// <c>POSTCARD_POWER_CUTS</c> sets another number of cuts than 2,000.
/// </summary>
public sealed class PowerCutTests
{
    private const int CutsPerWorkload = 50;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Cuts / CutsPerWorkload)];

    private static int Cuts => int.TryParse(Environment.GetEnvironmentVariable("POSTCARD_POWER_CUTS"), out var cuts) ? cuts : 2_000;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task PowerCut_AtAnyMoment_KeepsWhatWasAcknowledgedAndNothingByHalf(int seed)
    {
        var random = new Random(seed);
        var workload = new PowerCutWorkload(seed);
        var disk = new SimulatedDisk();
        await using (var database = Database.Open(disk, PowerCutWorkload.Collections, PowerCutWorkload.Options))
        {
            await workload.RunAsync(database, disk, from: 0, groups: 16);
        }

        // Half of the cuts hit the first session; a second one goes on from the last of them, and the rest hit that.
        var (at, change) = (0, 0);
        for (var i = 0; i < CutsPerWorkload / 2; i++)
        {
            at = disk.Moment(random);
            change = await CutAndCheck(disk, at, i, workload, 0);
        }

        var second = disk.CutPower(at, new Random((CutsPerWorkload / 2) - 1));
        await using (var database = Database.Open(second, PowerCutWorkload.Collections, PowerCutWorkload.Options))
        {
            await workload.RunAsync(database, second, change, groups: 10);
        }

        for (var i = 0; i < CutsPerWorkload / 2; i++)
        {
            await CutAndCheck(second, second.Moment(random), i, workload, change);
        }
    }

    /// <param name="at">The step of the disk before which the power goes.</param>
    /// <param name="luck">Decides what becomes of unsynced writes.</param>
    /// <param name="before">The change that the session began with.</param>
    private static async Task<int> CutAndCheck(SimulatedDisk disk, int at, int luck, PowerCutWorkload workload, int before)
    {
        var acknowledged = workload.Acknowledged.Where(mark => mark.Step <= at).Select(mark => mark.Change).DefaultIfEmpty(before).Max();
        var after = disk.CutPower(at, new Random(luck));
        int change;
        await using (var database = Database.Open(after, PowerCutWorkload.Collections, PowerCutWorkload.Options))
        {
            change = await workload.CheckAsync(database, acknowledged, at);
            await database.WriteAsync(transaction =>
            {
                transaction.Put("marks", new() { ["_id"] = "after", ["text"] = "written" });
                return true;
            });
        }

        if (luck % 5 == 0)
        {
            await using var database = Database.Open(after, PowerCutWorkload.Collections, PowerCutWorkload.Options);
            Assert.Equal(change, await workload.CheckAsync(database, change, at));
            Assert.NotNull(await database.ReadAsync(tables => tables.Find("marks", "after")));
        }

        return change;
    }
}

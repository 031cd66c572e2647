using System.Diagnostics;
using System.Globalization;

namespace Soak.Trials;

/// <summary>A small file system of its own that fills up, again and again, in the middle of everything.</summary>
internal sealed class DiskFull() : Trial("disk-full")
{
    private const int Megabytes = 48;

    public override async Task<IReadOnlyList<Row>> RunAsync(Stage stage)
    {
        var mount = stage.Directory("disk");

        // Whoever may not mount gets a user namespace in which he may.
        using var holder = Child.Start(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
            $"mount -t tmpfs -o size={Megabytes}m,mode=700 tmpfs '{mount}' && echo mounted && exec sleep infinity"]);
        try
        {
            await holder.FirstLine.WaitAsync(TimeSpan.FromSeconds(10));
        }
        catch (InvalidOperationException e)
        {
            return [new("the disk fills up", 0, 0, 0, $"not tried, no file system could be mounted: {e.Message}")];
        }

        using var weChat = new WeChat();
        var ledger = new Ledger();
        string[] inside = ["nsenter", "--target", $"{holder.Id}", "--user", "--mount", "--preserve-credentials"];
        var ballast = $"/proc/{holder.Id}/root{mount}/ballast";
        var (times, refused, slowest, readsFailed) = (0, 0, TimeSpan.Zero, 0);

        // Uploads stop at nothing here, so that every kind of write meets the full disk.
        await using (var server = await Server.StartAsync(stage.Server, $"{mount}/data", weChat, inside, ("POSTCARD_MIN_FREE_MEGABYTES", "0")))
        {
            var stays = await FirstCardAsync(server.Client());
            var stop = false;
            var authors = Enumerable.Range(0, 4).Select(i => new Author(ledger, $"oDisk{i}", i)).ToList();
            var work = authors.Select(author => author.RunAsync(server.Client(), () => stop)).ToList();
            foreach (var _ in stage.Round())
            {
                await Task.Delay(400);
                Fill(ballast);
                times++;
                await Task.Delay(700);
                readsFailed += (await server.Client().SendAsync(HttpMethod.Get, "/postcard/plaza")).Ok && (await server.Client().OpenAsync(stays)).Ok ? 0 : 1;
                File.Delete(ballast);
                slowest = Max(slowest, await ResumeAsync(ledger));
            }

            stop = true;
            await Task.WhenAll(work);
            refused = authors.Sum(author => author.Refusals.Values.Sum());
        }

        // What is on the disk counts, not what was in memory.
        await using var again = await Server.StartAsync(stage.Server, $"{mount}/data", weChat, inside);
        var lost = await ledger.CheckAsync(again.Client());
        return
        [
            new("the disk fills up while cards are made, changed and deleted", times, ledger.Records, lost.Count + readsFailed, string.Create(CultureInfo.InvariantCulture,
                $"{ledger.Acknowledged:N0} changes acknowledged, {refused:N0} refused; reads went on; writes resumed by themselves within {slowest.TotalSeconds:0.0} s of there being space")),
        ];
    }

    private static async Task<string> FirstCardAsync(Client client)
    {
        await client.LogInAsync("oReader");
        return (string)(await client.CreateAsync("t", "stays", image: false)).Data!["id"]!;
    }

    /// <summary>The time until something is acknowledged again.</summary>
    private static async Task<TimeSpan> ResumeAsync(Ledger ledger)
    {
        var (clock, before) = (Stopwatch.StartNew(), ledger.Acknowledged);
        while (ledger.Acknowledged == before)
        {
            if (clock.Elapsed > TimeSpan.FromMinutes(1))
            {
                throw new InvalidOperationException("The server does not take changes a minute after there was space again.");
            }

            await Task.Delay(10);
        }

        return clock.Elapsed;
    }

    private static void Fill(string path)
    {
        const int NoSpace = 28;
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        var block = new byte[64 * 1024];
        for (long position = 0; ; )
        {
            try
            {
                RandomAccess.Write(file, block, position);
                position += block.Length;
            }
            catch (IOException e) when (e.HResult == NoSpace && block.Length > 512)
            {
                // Down to the last page.
                block = new byte[block.Length / 2];
            }
            catch (IOException e) when (e.HResult == NoSpace)
            {
                return;
            }
        }
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}

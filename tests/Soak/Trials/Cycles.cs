using System.Globalization;

namespace Soak.Trials;

/// <summary>Thousands of pictures uploaded, put on cards and deleted: memory, handles and disk have to level off.</summary>
internal sealed class Cycles() : Trial("cycles")
{
    private const int PerRound = 200;
    private const double MoreMemory = 0.10, MoreDisk = 0.10;

    public override async Task<IReadOnlyList<Row>> RunAsync(Stage stage)
    {
        using var weChat = new WeChat();
        await using var server = await Server.StartAsync(stage.Server, stage.Directory("cycles"), weChat);
        var (samples, failed, done) = (new List<Sample>(), 0, 0);
        foreach (var round in stage.Round())
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => WorkAsync(server.Client(), $"oCycle{i}", (round * 4) + i)));
            failed += results.Sum();
            done += PerRound;
            samples.Add(new(server.Mebibytes(), server.Handles(), server.DiskMebibytes()));
        }

        // The first half is the way up: caches fill, files get their size.
        var (second, last) = (Average(samples, 0.5, 0.75), Average(samples, 0.75, 1));
        var grows = (last.Memory > (second.Memory * (1 + MoreMemory)) + 4 ? 1 : 0) + (last.Handles > second.Handles + 8 ? 1 : 0) + (last.Disk > (second.Disk * (1 + MoreDisk)) + 2 ? 1 : 0);
        return
        [
            new("upload, make a card, open it, delete it", done, done, failed + grows, string.Create(CultureInfo.InvariantCulture,
                $"third and last quarter: {second.Memory:0} and {last.Memory:0} MiB of memory, {second.Handles:0} and {last.Handles:0} handles, {second.Disk:0.0} and {last.Disk:0.0} MiB of disk")),
        ];
    }

    private static async Task<int> WorkAsync(Client client, string openId, int seed)
    {
        var failed = (await client.LogInAsync(openId)).Ok ? 0 : 1;
        for (var i = 0; i < PerRound / 4; i++)
        {
            var uploaded = await client.UploadAsync(Png.Make(320, 240, (seed * 1000) + i));
            var card = await client.CreateAsync("cycle", $"{seed} {i}", image: true);
            var id = (string?)card.Data?["id"] ?? "";
            var picture = await client.HashAsync((string?)card.Data?["image"] ?? "/");
            var deleted = await client.DeleteAsync(id);
            var gone = await client.OpenAsync(id);
            failed += uploaded.Ok && card.Ok && picture is not null && deleted.Ok && (int?)gone.Status == 404 ? 0 : 1;
        }

        return failed;
    }

    private static Sample Average(List<Sample> samples, double from, double to)
    {
        var part = samples[(int)(samples.Count * from)..Math.Max((int)(samples.Count * to), (int)(samples.Count * from) + 1)];
        return new(part.Average(each => each.Memory), part.Average(each => each.Handles), part.Average(each => each.Disk));
    }

    /// <param name="Memory">MiB.</param>
    /// <param name="Disk">MiB.</param>
    private sealed record Sample(double Memory, double Handles, double Disk);
}

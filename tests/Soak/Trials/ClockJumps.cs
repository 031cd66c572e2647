namespace Soak.Trials;

/// <summary>The machine's clock as libfaketime tells it, jumping back and forth while cards are made.</summary>
internal sealed class ClockJumps() : Trial("clock")
{
    private static readonly string[] Libraries =
        ["/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1"];

    // Sessions live for 30 days: what stays within is to be forgiven.
    private static readonly string[] Jumps = ["+0", "-1h", "+6d", "-2d", "+20d", "-400d", "+10s", "-7d", "+1h"];

    public override async Task<IReadOnlyList<Row>> RunAsync(Stage stage)
    {
        if (Libraries.FirstOrDefault(File.Exists) is not { } library)
        {
            return [new("the clock jumps", 0, 0, 0, "not tried: libfaketime is not installed")];
        }

        using var weChat = new WeChat();
        var (data, clock) = (stage.Directory("clock"), Path.Combine(stage.Directory("clock-file"), "offset"));
        File.WriteAllText(clock, "+0");
        (string, string)[] environment =
            [("LD_PRELOAD", library), ("FAKETIME_TIMESTAMP_FILE", clock), ("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")];
        var ids = new List<string>();
        var (times, turnedAway, misordered) = (0, 0, 0);
        var server = await Server.StartAsync(stage.Server, data, weChat, null, environment);
        try
        {
            var client = server.Client();
            await client.LogInAsync("oClock");
            foreach (var round in stage.Round())
            {
                File.WriteAllText(clock, Jumps[round % Jumps.Length]);
                times++;
                if (round % 4 == 3)
                {
                    await server.KillAsync();
                    await server.DisposeAsync();
                    server = await Server.StartAsync(stage.Server, data, weChat, null, environment);
                    client = server.Client();
                    turnedAway += (await client.LogInAsync("oClock")).Ok ? 0 : 1;
                }

                for (var i = 0; i < 20; i++)
                {
                    var made = await client.CreateAsync("clock", $"{ids.Count}", image: false);
                    if ((int?)made.Status == 401)
                    {
                        // A session of the year before has expired.
                        await client.LogInAsync("oClock");
                        made = await client.CreateAsync("clock", $"{ids.Count}", image: false);
                    }

                    turnedAway += made.Ok ? 0 : 1;
                    if (made.Ok)
                    {
                        ids.Add((string)made.Data!["id"]!);
                    }
                }
            }

            var home = (await client.SendAsync(HttpMethod.Get, "/postcard/home")).Data!.AsArray();
            var listed = home.Select(card => (string)card!["id"]!).Reverse().ToList();
            misordered = ids.Zip(listed).Count(pair => pair.First != pair.Second);
            var lost = ids.Except(listed).Count();
            return [new("the clock jumps, by up to 400 days back and forth, every fourth time with kill -9", times, ids.Count, lost + misordered + turnedAway,
                $"{turnedAway} calls turned away, {misordered} cards out of the order in which they were made")];
        }
        finally
        {
            await server.DisposeAsync();
        }
    }
}

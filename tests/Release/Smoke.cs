using System.Text.Json.Nodes;

namespace Release;

/// <summary>The life of the published program: first start, a card with picture and voice, SIGKILL, restart, SIGTERM.</summary>
internal static class Smoke
{
    /// <summary>What the process has made itself and no system can take back: heaps, stacks, compiled code.</summary>
    private const double MaxOwnMebibytes = 30;

    /// <summary>With the pages of the program and its libraries, of which the system maps more or fewer, as it has them in its cache.</summary>
    private const double MaxIdleMebibytes = 72;

    public static async Task RunAsync(string program)
    {
        using var sandbox = new Sandbox(program);
        Console.WriteLine(sandbox.Isolated
            ? "In a root of its own, with glibc, libstdc++, OpenSSL and an empty environment:"
            : "In this machine's root (no right to make another), with an empty environment:");
        await CommandsAsync(sandbox);
        Written card;
        await using (var server = await Server.StartAsync(sandbox))
        {
            Checks.Passed($"first start: {server.Boot.TotalMilliseconds:F0} ms");
            await CoversAsync(new(server.Http));
            card = await WriteAsync(server.Http);
            CheckLibraries(sandbox, server);
            await server.KillAsync();
        }

        await using (var server = await Server.StartAsync(sandbox))
        {
            await Task.Delay(TimeSpan.FromSeconds(3));
            var (idle, own) = server.Mebibytes();
            Checks.That(idle < MaxIdleMebibytes && own < MaxOwnMebibytes, $"{idle:F1} MiB are resident at idle, {own:F1} MiB of them its own");
            Checks.Passed($"start after SIGKILL: {server.Boot.TotalMilliseconds:F0} ms; {idle:F1} MiB resident at idle, {own:F1} MiB of them its own");
            await ReadAsync(server.Http, card);
            Checks.Equal(0, await server.StopAsync(), "the exit code after SIGTERM");
            Checks.Passed("SIGTERM ends it with 0");
        }
    }

    private static async Task CommandsAsync(Sandbox sandbox)
    {
        foreach (var (arguments, part) in new (string[], string)[] { (["--version"], "1."), (["licenses"], "libmp3lame"), (["--help"], "serve") })
        {
            using var process = sandbox.Start(arguments);
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Checks.Equal(0, process.ExitCode, $"the exit code of {arguments[0]}");
            Checks.That(output.Contains(part, StringComparison.Ordinal), $"{arguments[0]} does not name {part}: {output}");
        }

        Checks.Passed("--version, --help, licenses");
    }

    private static async Task CoversAsync(Phone phone)
    {
        var templates = (await phone.GetAsync("/postcard/template")).AsArray();
        Checks.That(templates.Count >= 6, $"there are {templates.Count} templates, not six or more");
        foreach (var template in templates)
        {
            CheckJpeg(await phone.BytesAsync(template!["image"]!["small"], "image/jpeg"));
            CheckJpeg(await phone.BytesAsync(template["image"]!["large"], "image/jpeg"));
        }

        Checks.Passed($"{templates.Count} templates with their pictures");
    }

    private static async Task<Written> WriteAsync(HttpClient http)
    {
        var phone = new Phone(http);
        await phone.LogInAsync("alice");
        var picture = await phone.UploadAsync("image", Material.Png(1800, 1200));
        Checks.Equal(1600, (int)picture["width"]!);
        var voice = await phone.UploadAsync("audio", Material.Wav(seconds: 3));
        Checks.Equal("mp3", (string)voice["format"]!);
        var duration = (double)voice["duration"]!;
        Checks.That(Math.Abs(duration - 3) < 0.1, $"three seconds of sound became {duration}");
        var card = await phone.PostAsync("/postcard/card", new()
        {
            ["title"] = "你好", ["from"] = "Alice", ["to"] = "Bob", ["content"] = "🌸 Hello", ["img"] = true, ["audio"] = true,
        });
        var written = await OpenAsync(http, (string)card["id"]!);
        Checks.Passed("log-in, upload of PNG and WAV, card, picture and MP3");
        return written;
    }

    /// <summary>The same card, byte for byte, without a token, and in its owner's home.</summary>
    private static async Task ReadAsync(HttpClient http, Written card)
    {
        var now = await OpenAsync(http, card.Id);
        Checks.Equal(card.Text, now.Text);
        Checks.That(card.Picture.AsSpan().SequenceEqual(now.Picture), "the picture changed over SIGKILL");
        Checks.That(card.Sound.AsSpan().SequenceEqual(now.Sound), "the sound changed over SIGKILL");
        var alice = new Phone(http);
        await alice.LogInAsync("alice");
        var home = (await alice.GetAsync("/postcard/home")).AsArray();
        Checks.Equal(card.Id, (string?)home.Single()!["id"], "the card in the home list");
        Checks.Passed("the card is there after SIGKILL, media included");
    }

    private static async Task<Written> OpenAsync(HttpClient http, string id)
    {
        var stranger = new Phone(http);
        JsonNode card = await stranger.GetAsync($"/postcard/card/{id}");
        var picture = await stranger.BytesAsync(card["image"], "image/jpeg");
        CheckJpeg(picture);
        CheckJpeg(await stranger.BytesAsync(card["mini_image"], "image/jpeg"));
        var sound = await stranger.BytesAsync(card["audio"], "audio/mpeg");
        Checks.That(sound is [0xff, >= 0xe0, ..], "the sound is no MP3");
        return new(id, card.ToJsonString(), picture, sound);
    }

    private static void CheckJpeg(byte[] bytes) => Checks.That(bytes is [0xff, 0xd8, 0xff, ..], "a picture is no JPEG");

    /// <summary>What the process has loaded is the program, its own two libraries and glibc with libstdc++.</summary>
    private static void CheckLibraries(Sandbox sandbox, Server server)
    {
        var loaded = server.MappedLibraries().ToList();
        var natives = loaded.Where(path => path.Contains("vips", StringComparison.Ordinal) || path.Contains("mp3lame", StringComparison.Ordinal)).ToList();
        Checks.Equal(2, natives.Count, $"the number of {string.Join(", ", natives)}");
        Checks.That(natives.All(path => path.Contains(sandbox.Bundle, StringComparison.Ordinal)), $"not its own: {string.Join(", ", natives)}");
        Checks.That(!loaded.Any(path => path.Contains("dotnet", StringComparison.OrdinalIgnoreCase)), "it has loaded something of an installed .NET");
        Checks.Passed("libvips and libmp3lame come out of the file");
    }

    private sealed record Written(string Id, string Text, byte[] Picture, byte[] Sound);
}

using System.Diagnostics;

namespace Bench.Works;

/// <summary>One user uploads a WAV of one minute; <c>lame</c> encodes the same file.</summary>
internal sealed class Voices() : Work("voice")
{
    private static readonly (int Rate, int Channels, string Name)[] Kinds = [(16_000, 1, "16 kHz mono"), (44_100, 2, "44.1 kHz stereo")];

    public override async Task<List<Row>> RunAsync(Stage stage)
    {
        var rows = new List<Row>();
        foreach (var (rate, channels, name) in Kinds)
        {
            rows.AddRange(await RunAsync(stage, Recordings.Minute(rate, channels), name));
        }

        return rows;
    }

    private static async Task<List<Row>> RunAsync(Stage stage, byte[] wav, string name)
    {
        var token = await stage.Postcard.LogInAsync("voice", stage.Cancel);
        var settings = await SettingsAsync(stage, token, wav);
        var source = Path.Combine(stage.Folder("voice"), "in.wav");
        await File.WriteAllBytesAsync(source, wav, stage.Cancel);
        var lame = stage.Options.Peers ? Programs.Find("lame") : null;
        return await stage.Contest.RunAsync($"one-minute WAV, {name}, to MP3",
            new("Postcard", stage.Postcard, 0, time => Chores.RunAsync(1, time, _ => stage.Postcard.UploadAsync(token, "audio", wav, stage.Cancel), stage.Cancel)),
            new Contestant($"lame {settings}", null, 0.9, lame is null
                ? null
                : time => Chores.RunAsync(1, time, _ => EncodeAsync(lame, settings, source, stage.Cancel), stage.Cancel)));
    }

    /// <summary>Reads from our own MP3 what lame is to do.</summary>
    private static async Task<Mp3Settings> SettingsAsync(Stage stage, string token, byte[] wav)
    {
        await stage.Postcard.UploadAsync(token, "audio", wav, stage.Cancel);
        var card = await stage.Postcard.CreateAsync(token, Card.Number(1), img: false, audio: true, stage.Cancel);
        var path = card["audio"]?.GetValue<string>() ?? throw new InvalidDataException("A card without its sound.");
        return Mp3Settings.Read(await stage.Postcard.Http.GetByteArrayAsync(path, stage.Cancel));
    }

    private static async Task EncodeAsync(string lame, Mp3Settings settings, string source, CancellationToken cancel)
    {
        using var process = Process.Start(lame, [.. settings.Arguments, "--quiet", source, Path.ChangeExtension(source, ".mp3")]);
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"lame ended with {process.ExitCode}.");
        }
    }
}

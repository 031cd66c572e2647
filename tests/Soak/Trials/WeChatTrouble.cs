using System.Diagnostics;
using System.Globalization;

namespace Soak.Trials;

/// <summary>A WeChat that is silent, busy or sends nonsense, while everything that does not need it goes on.</summary>
internal sealed class WeChatTrouble() : Trial("wechat")
{
    /// <summary>In which the server has asked about a picture, at least once.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    public override async Task<IReadOnlyList<Row>> RunAsync(Stage stage)
    {
        using var weChat = new WeChat();
        await using var server = await Server.StartAsync(stage.Server, stage.Directory("wechat"), weChat, null, ("POSTCARD_MODERATION", "wechat"));
        var known = server.Client();
        await known.LogInAsync("oKnown");
        var (times, logins, wrong, slowest) = (0, 0, new List<string>(), TimeSpan.Zero);
        var (made, published) = (0, 0);
        foreach (var round in stage.Round())
        {
            var mood = (Mood)(1 + (round % (Enum.GetValues<Mood>().Length - 1)));
            weChat.Mood = mood;
            times++;
            var strangers = Enumerable.Range(0, 20).Select(i => server.Client().LogInAsync($"oStranger{round}x{i}")).ToList();
            await known.UploadAsync(Png.Make(160, 120, round));
            var clock = Stopwatch.StartNew();
            var card = await known.CreateAsync("w", $"{round}", image: true, plaza: true);
            wrong.AddRange(card.Ok ? [] : [$"{mood}: card {card.Status}"]);
            made += card.Ok ? 1 : 0;
            slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
            foreach (var login in await Task.WhenAll(strangers))
            {
                logins++;
                wrong.AddRange((int?)login.Status is 502 or 504 ? [] : [$"{mood}: login {login.Status}"]);
            }

            await Task.Delay(Moment);
            published += card.Ok && (string?)(await known.OpenAsync((string)card.Data!["id"]!)).Data?["status"] != "pending" ? 1 : 0;
            weChat.Mood = Mood.Well;
            wrong.AddRange((await server.Client().LogInAsync($"oWell{round}")).Ok ? [] : [$"after {mood}: login refused"]);
        }

        return
        [
            new("WeChat is silent, slow, cut off, busy or sends garbage, by turns", times, logins + made, wrong.Count + published, string.Create(CultureInfo.InvariantCulture,
                $"{logins:N0} logins told so with 502 or 504, the next one after it went well; {made} cards kept and left pending, the slowest reply after {slowest.TotalSeconds:0.0} s{Examples(wrong)}")),
        ];
    }

    private static string Examples(List<string> wrong) => wrong.Count == 0 ? "" : "; " + string.Join(", ", wrong.Take(3));
}

using System.CommandLine;
using System.Globalization;

namespace Postcard.Commands;

/// <summary><c>postcard stats</c> and <c>postcard audit</c>.</summary>
internal static class OperationCommands
{
    private const int DefaultEntries = 100;

    public static Command MakeStats(Surroundings around) =>
        ControlAction.Attach(new Command("stats", "Count users, cards, media and what they take."), around, async action =>
        {
            var stats = await action.GetAsync("/control/stats");
            var cards = stats.GetProperty("cards");
            var byStatus = string.Join(", ", new[] { "none", "pending", "approved", "rejected" }.Select(name => $"{ControlAction.TextOf(cards, name)} {name}"));
            action.WriteObject(
                stats,
                ("users", $"{ControlAction.TextOf(stats, "users")} ({ControlAction.TextOf(stats, "banned")} banned)"),
                ("cards", $"{ControlAction.TextOf(cards, "total")} ({byStatus})"),
                ("on the plaza", ControlAction.TextOf(cards, "on_plaza")),
                ("reported", ControlAction.TextOf(cards, "reported")),
                ("templates", ControlAction.TextOf(stats, "templates")),
                ("media", ControlAction.SizeOf(stats, "media_bytes")),
                ("uploads", $"{ControlAction.TextOf(stats, "uploads")} waiting"),
                ("sessions", ControlAction.TextOf(stats, "sessions")),
                ("database", ControlAction.SizeOf(stats, "database_bytes")),
                ("log", ControlAction.SizeOf(stats, "log_bytes")),
                ("free disk", ControlAction.SizeOf(stats, "free_bytes")));
        });

    public static ExampleCommand MakeAudit(Surroundings around)
    {
        var limit = new Option<int>("--limit")
        {
            Description = $"How many entries, newest first; {DefaultEntries} when left out, 0 for all.", HelpName = "N",
            CustomParser = result =>
            {
                if (!int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                {
                    result.AddError($"--limit takes a number, not \"{result.Tokens[0].Value}\"");
                }

                return count;
            },
            DefaultValueFactory = _ => DefaultEntries,
        };
        var command = new ExampleCommand("audit", "Print the log of what admins, the command line and automatic checks did.")
        {
            Examples = [("All of it", "postcard audit --limit 0 --json")],
        };
        command.Add(limit);
        return ControlAction.Attach(command, around, async action =>
        {
            var entries = await action.PagesAsync("/control/audit", most: action.Value(limit) is var most and > 0 ? most : int.MaxValue);
            action.WriteList(entries, ["TIME", "BY", "DEED", "TARGET", "REASON"], entry =>
            [
                ControlAction.TextOf(entry, "time"), ControlAction.TextOf(entry, "by"), ControlAction.TextOf(entry, "deed"), ControlAction.TextOf(entry, "target"),
                ControlAction.Cell(entry, "reason"),
            ]);
        });
    }
}

using System.CommandLine;
using System.Text.Json;

namespace Postcard.Commands;

/// <summary><c>postcard card …</c>: what a reviewer does without a phone.</summary>
internal static class CardCommands
{
    private static readonly string[] Statuses = ["pending", "approved", "rejected"];

    public static Command Make(Surroundings around) => new("card", "Review cards: list, show, approve, reject and remove them.")
    {
        List(around), Show(around), Approve(around), Reject(around), Remove(around),
    };

    private static ExampleCommand List(Surroundings around)
    {
        var status = new Option<string?>("--status") { Description = "pending, approved or rejected; pending when nothing else is asked for.", HelpName = "STATUS" };
        status.Validators.Add(result =>
        {
            if (!Statuses.Contains(result.Tokens[0].Value))
            {
                result.AddError($"--status is {string.Join(", ", Statuses[..^1])} or {Statuses[^1]}, not \"{result.Tokens[0].Value}\"");
            }
        });
        var reported = new Option<bool>("--reported") { Description = "Only cards with complaints since their last review, most complaints first." };
        var notChecked = new Option<bool>("--unchecked") { Description = "Only cards off the plaza that WeChat doubts or could not check." };
        var oldest = new Option<bool>("--oldest") { Description = "The oldest first; not with --reported." };
        var user = new Option<string?>("--user") { Description = "Only this user's cards, by uid or openid.", HelpName = "USER" };
        var command = new ExampleCommand("list", "List cards, newest first.")
        {
            Examples =
            [
                ("What waits for a review", "postcard card list"),
                ("What people complained about", "postcard card list --reported"),
                ("Everything of one user", "postcard card list --user 7k2m9x4c1v8b3n6q"),
            ],
        };
        command.Add(status);
        command.Add(reported);
        command.Add(notChecked);
        command.Add(oldest);
        command.Add(user);
        return ControlAction.Attach(command, around, async action =>
        {
            // Openids stand in no path: paths are logged.
            var uid = action.Value(user) is { } who ? ControlAction.TextOf((await action.PostAsync("/control/user/show", ("who", who))).GetProperty("data"), "uid") : "";
            var query = $"status={action.Value(status)}&reported={Flag(action.Value(reported))}&unchecked={Flag(action.Value(notChecked))}&order={(action.Value(oldest) ? "oldest" : "")}&user={uid}";
            var cards = await action.PagesAsync("/control/card", query);
            action.WriteList(cards, ["ID", "STATUS", "REPORTS", "CREATED", "AUTHOR", "NAME", "TITLE"], card =>
            [
                ControlAction.TextOf(card, "id"), StatusOf(card), ControlAction.TextOf(card, "reports"), ControlAction.TextOf(card, "created"),
                ControlAction.TextOf(card, "author"), ControlAction.Cell(card, "wx_name"), ControlAction.Cell(card, "title"),
            ]);
        });
    }

    private static Command Show(Surroundings around)
    {
        var id = IdArgument();
        return ControlAction.Attach(new Command("show", "Show one card, with links to its picture and sound that hold for 15 minutes.") { id }, around, async action =>
        {
            var card = await action.GetAsync($"/control/card/{Escaped(action.Value(id))}");
            var complaints = card.GetProperty("complaints").EnumerateArray().Select(complaint =>
                ("complaint", (string?)$"{ControlAction.TextOf(complaint, "created")} {ControlAction.TextOf(complaint, "uid")} {ControlAction.TextOf(complaint, "reason")}"));
            action.WriteObject(card, [.. Lines(card), .. complaints]);
        });
    }

    private static Command Approve(Surroundings around)
    {
        var (id, updated, status) = (IdArgument(), UpdatedOption(), SeenStatusOption());
        return ControlAction.Attach(new Command("approve", "Approve one card. Complaints so far count as looked at.") { id, updated, status }, around, async action =>
            action.WriteDone(await action.PostAsync(
                $"/postcard/card/{Escaped(action.Value(id))}/approve", ("updated", action.Value(updated)), ("status", action.Value(status)))));
    }

    private static ExampleCommand Reject(Surroundings around)
    {
        var (id, updated, status) = (IdArgument(), UpdatedOption(), SeenStatusOption());
        var reason = new Option<string>("--reason") { Description = "What the author reads.", HelpName = "TEXT", Required = true };
        var command = new ExampleCommand("reject", "Reject one card: nobody but its author and admins sees it any more.")
        {
            Examples = [("With a reason", "postcard card reject 0cp4c8vxkq0m2z7tn1r5bya3 --reason 含有广告")],
        };
        command.Add(id);
        command.Add(reason);
        command.Add(updated);
        command.Add(status);
        return ControlAction.Attach(command, around, async action =>
            action.WriteDone(await action.PostAsync(
                $"/postcard/card/{Escaped(action.Value(id))}/reject", ("reason", action.Value(reason)),
                ("updated", action.Value(updated)), ("status", action.Value(status)))));
    }

    private static Command Remove(Surroundings around)
    {
        var id = IdArgument();
        var reason = new Option<string?>("--reason") { Description = "For the audit log.", HelpName = "TEXT" };
        return ControlAction.Attach(new Command("remove", "Delete one card with its media, for good.") { id, reason }, around, async action =>
            action.WriteDone(await action.PostAsync($"/postcard/card/{Escaped(action.Value(id))}/remove", ("reason", action.Value(reason)))));
    }

    private static IEnumerable<(string, string?)> Lines(JsonElement card) =>
    [
        ("id", ControlAction.TextOf(card, "id")),
        ("status", StatusOf(card)),
        .. Unless(card, "reason"),
        ("plaza", ControlAction.TextOf(card, "plaza")),
        ("author", $"{ControlAction.TextOf(card, "author")} {ControlAction.TextOf(card, "wx_name")}{(card.GetProperty("banned").GetBoolean() ? " (banned)" : "")}"),
        ("openid", ControlAction.TextOf(card, "openid")),
        ("created", ControlAction.TextOf(card, "created")),
        ("updated", ControlAction.TextOf(card, "updated")),
        ("reports", ControlAction.TextOf(card, "reports")),
        ("title", ControlAction.TextOf(card, "title")),
        ("from", ControlAction.TextOf(card, "from")),
        ("to", ControlAction.TextOf(card, "to")),
        ("content", ControlAction.TextOf(card, "content")),
        .. Unless(card, "image"),
        .. Unless(card, "audio"),
    ];

    private static string StatusOf(JsonElement card) => ControlAction.TextOf(card, "status") + (card.GetProperty("checking").GetBoolean() ? " (checking)" : "");

    private static string Flag(bool value) => value ? "1" : "0";

    private static IEnumerable<(string, string?)> Unless(JsonElement card, string name) =>
        ControlAction.TextOf(card, name) is { Length: > 0 } text ? [(name, text)] : [];

    private static Argument<string> IdArgument() => new("CARD") { Description = "The card's id." };

    private static Option<string?> UpdatedOption() => new("--updated")
    {
        Description = "The card's \"updated\" as it was shown: a card that was changed since is left as it is.", HelpName = "TIME",
    };

    private static Option<string?> SeenStatusOption() => new("--status")
    {
        Description = "Its \"status\", likewise: a card that was decided since is left as it is.", HelpName = "STATUS",
    };

    private static string Escaped(string id) => Uri.EscapeDataString(id);
}

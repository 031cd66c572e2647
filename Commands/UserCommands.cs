using System.CommandLine;
using System.Text.Json;

namespace Postcard.Commands;

/// <summary><c>postcard user …</c> and <c>postcard session revoke</c>.</summary>
internal static class UserCommands
{
    public static Command Make(Surroundings around) => new("user", "List, show, ban and erase users, and make them admins.")
    {
        List(around), Show(around), Ban(around), Unban(around), Admin(around), Erase(around),
    };

    public static Command MakeSession(Surroundings around) => new("session", "End sessions.")
    {
        Revoke(around),
    };

    private static ExampleCommand List(Surroundings around)
    {
        var banned = new Option<bool>("--banned") { Description = "Only the banned." };
        var admins = new Option<bool>("--admin") { Description = "Only admins." };
        var command = new ExampleCommand("list", "List users, in the order of their first login.")
        {
            Examples = [("The openids of the banned", "postcard user list --banned --json | jq -r '.[].openid'")],
        };
        command.Add(banned);
        command.Add(admins);
        return ControlAction.Attach(command, around, async action =>
        {
            var users = await action.PagesAsync("/control/user", $"banned={Flag(action.Value(banned))}&admin={Flag(action.Value(admins))}");
            users.Sort((one, other) => string.CompareOrdinal(ControlAction.TextOf(one, "created"), ControlAction.TextOf(other, "created")));
            action.WriteList(users, ["UID", "NAME", "ROLE", "CARDS", "MEDIA", "CREATED", "IS", "OPENID"], user =>
            [
                ControlAction.TextOf(user, "uid"), ControlAction.Cell(user, "wx_name"), ControlAction.Cell(user, "role"), ControlAction.TextOf(user, "cards"),
                ControlAction.SizeOf(user, "bytes"), ControlAction.TextOf(user, "created"), StandingOf(user), ControlAction.TextOf(user, "openid"),
            ]);
        });
    }

    private static Command Show(Surroundings around)
    {
        var who = WhoArgument();
        return ControlAction.Attach(new Command("show", "Show one user.") { who }, around, async action =>
        {
            var user = (await action.PostAsync("/control/user/show", ("who", action.Value(who)))).GetProperty("data");
            action.WriteObject(
                user, ("uid", ControlAction.TextOf(user, "uid")), ("openid", ControlAction.TextOf(user, "openid")), ("name", ControlAction.TextOf(user, "wx_name")),
                ("role", ControlAction.Cell(user, "role")), ("created", ControlAction.TextOf(user, "created")), ("cards", ControlAction.TextOf(user, "cards")),
                ("media", ControlAction.SizeOf(user, "bytes")), ("banned", ControlAction.TextOf(user, "banned")), ("admin", ControlAction.TextOf(user, "admin")),
                ("consent", ControlAction.Cell(user, "consent")));
        });
    }

    private static ExampleCommand Ban(Surroundings around)
    {
        var who = WhoArgument();
        var reason = new Option<string?>("--reason") { Description = "For the audit log.", HelpName = "TEXT" };
        var command = new ExampleCommand("ban", "Ban a user: nothing more can be written, the cards leave the plaza, their links still work.")
        {
            Examples = [("By uid; the openid does as well", "postcard user ban 7k2m9x4c1v8b3n6q --reason advertising")],
        };
        command.Add(who);
        command.Add(reason);
        return ControlAction.Attach(command, around, async action =>
            action.WriteDone(await action.PostAsync("/control/user/ban", ("who", action.Value(who)), ("reason", action.Value(reason)))));
    }

    private static Command Unban(Surroundings around) =>
        Deed("unban", "Lift a ban; cards that are approved come back to the plaza.", "/control/user/unban", around);

    private static Command Admin(Surroundings around)
    {
        var who = WhoArgument();
        var off = new Option<bool>("--off") { Description = "No longer an admin." };
        return ControlAction.Attach(new Command("admin", "Make a user an admin, who reviews cards and manages templates over HTTP.") { who, off }, around, async action =>
            action.WriteDone(await action.PostAsync("/control/user/admin", ("who", action.Value(who)), ("admin", action.Value(off) ? "false" : "true"))));
    }

    private static Command Erase(Surroundings around) =>
        Deed("erase", "Erase a user with cards, media, saves, complaints and sessions, for good.", "/control/user/erase", around);

    private static Command Revoke(Surroundings around) =>
        Deed("revoke", "End all sessions of a user. An openid is no session: where the setting acceptOpenid allows it, it still opens.", "/control/session/revoke", around);

    private static Command Deed(string name, string description, string path, Surroundings around)
    {
        var who = WhoArgument();
        return ControlAction.Attach(
            new Command(name, description) { who }, around, async action => action.WriteDone(await action.PostAsync(path, ("who", action.Value(who)))));
    }

    private static Argument<string> WhoArgument() => new("USER") { Description = "The user's uid or openid." };

    private static string Flag(bool value) => value ? "1" : "0";

    private static string StandingOf(JsonElement user)
    {
        var (banned, admin) = (user.GetProperty("banned").GetBoolean(), user.GetProperty("admin").GetBoolean());
        return banned ? "banned" : admin ? "admin" : "-";
    }
}

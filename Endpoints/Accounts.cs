using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>Users as the command line manages them, named in the body by uid or openid. Nobody else reaches this.</summary>
internal static class Accounts
{
    private const int WhoMaxLength = 128;
    private const int ReasonMaxLength = 500;
    private const int DefaultLimit = 100;

    private static readonly Text Unbanned = new("用户已解封", "The user is no longer banned");

    public static async Task ListAsync(Call call)
    {
        var (banned, admins) = (QueryFields.Flag(call, "banned"), QueryFields.Flag(call, "admin"));
        var limit = QueryFields.Limit(call) ?? DefaultLimit;
        var page = await call.App.Store.Accounts.ListAsync(QueryFields.Value(call, "cursor") ?? "", limit + 1);
        IReadOnlyList<UserData> data = [.. page.Take(limit).Select(user => DataOf(call.App, user)).Where(user => (!banned || user.Banned) && (!admins || user.Admin))];
        await Replies.ListAsync(call, data, Json.Default.IReadOnlyListUserData, page.Count > limit ? page[limit - 1].Uid : null);
    }

    public static async Task ShowAsync(Call call)
    {
        var (user, _) = await FindAsync(call);
        await ReplyAsync(call, user.Uid, new("成功", "OK"));
    }

    public static async Task BanAsync(Call call)
    {
        var (user, fields) = await FindAsync(call);
        await BanAsync(call, user, fields, banned: true, new("用户已封禁", "The user is banned"));
    }

    public static async Task UnbanAsync(Call call)
    {
        var (user, fields) = await LookAsync(call);
        if (user is not null)
        {
            await BanAsync(call, user, fields, banned: false, Unbanned);
            return;
        }

        Found(await call.App.Store.Accounts.UnbanErasedAsync(fields.RequiredText("who", WhoMaxLength), call.User.Actor));
        await Replies.OkAsync(call, Unbanned);
    }

    public static async Task SetAdminAsync(Call call)
    {
        var (user, fields) = await FindAsync(call);
        var admin = fields.Flag("admin") ?? true;
        if (!admin && call.App.Settings.IsAdmin(user.OpenId))
        {
            throw Failure.InvalidField("admin", "该用户由配置项 admins 指定，请修改配置", "the setting admins names this user, change that");
        }

        Found(await call.App.Store.Accounts.SetAdminAsync(user.Uid, admin, call.User.Actor));
        await ReplyAsync(call, user.Uid, admin ? new("用户已设为管理员", "The user is an admin") : new("用户不再是管理员", "The user is no longer an admin"));
    }

    public static async Task EraseAsync(Call call)
    {
        var (user, _) = await FindAsync(call);
        var data = DataOf(call.App, user);
        await call.App.Store.Erasure.EraseAsync(user.Uid, call.User.Actor);
        call.App.Files.Drop(call.App.Store.Files.UserDirectory(user.Uid) + "/");
        await Replies.OkAsync(call, data, Json.Default.UserData, new("用户及全部内容已删除", "The user and everything of theirs were erased"));
    }

    public static async Task EndSessionsAsync(Call call)
    {
        var (user, _) = await FindAsync(call);
        Found(await call.App.Store.Accounts.EndSessionsAsync(user.Uid, call.User.Actor));
        await ReplyAsync(call, user.Uid, new("全部会话已结束", "All sessions of the user have ended"));
    }

    private static async Task BanAsync(Call call, User user, JsonFields fields, bool banned, Text msg)
    {
        Found(await call.App.Store.Accounts.BanAsync(user.Uid, banned, call.User.Actor, fields.Text("reason", ReasonMaxLength) ?? ""));
        await call.App.Store.Settling.FinishAsync(user.Uid);
        await ReplyAsync(call, user.Uid, msg);
    }

    private static async Task<(User User, JsonFields Fields)> FindAsync(Call call)
    {
        var (user, fields) = await LookAsync(call);
        return (user ?? throw Nobody(), fields);
    }

    private static async Task<(User? User, JsonFields Fields)> LookAsync(Call call)
    {
        var fields = await JsonFields.ReadAsync(call);
        return (await call.App.Store.Accounts.FindAsync(fields.RequiredText("who", WhoMaxLength)), fields);
    }

    private static void Found(bool found)
    {
        if (!found)
        {
            throw Nobody();
        }
    }

    private static Failure Nobody() => new(404, "not_found", new("没有这个用户", "There is no such user"));

    private static async Task ReplyAsync(Call call, string uid, Text msg)
    {
        var user = await call.App.Store.Users.FindAsync(uid) ?? throw Nobody();
        await Replies.OkAsync(call, DataOf(call.App, user), Json.Default.UserData, msg);
    }

    private static UserData DataOf(App app, User user) => new(
        user.Uid, user.OpenId, user.Name, user.Role, Times.Format(user.Created), user.Cards, user.Bytes, user.Banned,
        user.Admin || app.Settings.IsAdmin(user.OpenId), user.Consent);
}

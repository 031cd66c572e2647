using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>Login, the caller's own profile, erasure.</summary>
internal static class Access
{
    private const int CodeMaxLength = 512;
    private const int NameMaxLength = 32;
    private const int DevNameMaxLength = 32;
    private const int ConsentMaxLength = 32;

    /// <summary>Beside <c>data</c> until a login has gone well.</summary>
    public const string NobodyLoggedIn = "\"new\":0,\"exist\":0";

    public static async Task LoginAsync(Call call)
    {
        var fields = await JsonFields.ReadAsync(call);
        var (code, consent) = (fields.RequiredText("code", CodeMaxLength), ConsentOf(fields));
        var login = await call.App.Store.Users.LoginAsync(await OpenIdAsync(call, code), consent);
        call.Beside = login.New ? "\"new\":1,\"exist\":0" : "\"new\":0,\"exist\":1";
        var data = new LoginData(login.User.OpenId, login.Token, Times.Format(login.Expires), login.User.Role, login.User.Name);
        await Replies.OkAsync(call, data, Json.Default.LoginData, new("登录成功", "Logged in"));
    }

    public static async Task GetAsync(Call call)
    {
        var user = await call.App.Store.Users.FindAsync(call.User.Uid) ?? throw Failure.Unauthorized();
        var consent = user.Consent is { } version ? new ConsentData(version, Times.Format(user.Consented)) : null;
        var data = new ProfileData(user.OpenId, user.Role, user.Name, Times.Format(user.Created), new(user.Cards, user.Bytes), consent);
        await Replies.OkAsync(call, data, Json.Default.ProfileData);
    }

    public static async Task UpdateAsync(Call call)
    {
        var fields = await JsonFields.ReadAsync(call);
        var role = fields.Has("role") ? RoleOf(call, fields) : (int?)null;
        var name = fields.Text("wx_name", NameMaxLength);
        var consent = ConsentOf(fields);
        if (role is null && name is null && consent is null)
        {
            throw Failure.InvalidField("role", "请提供 role、wx_name 或 consent", "send role, wx_name or consent");
        }

        var recheck = name is null ? Recheck.None : Standing.OfName(call.App.Settings.Review, await ContentCheck.OfNameAsync(call, name));
        var updated = await call.App.Store.Users.UpdateAsync(call.User.Uid, new(role, name, consent), call.App.Settings.RoleChange == "once", recheck);
        if (recheck is not Recheck.None)
        {
            await call.App.Store.Settling.FinishAsync(call.User.Uid);
        }

        await (updated switch
        {
            ProfileOutcome.Done => Replies.OkAsync(call, new Text("已保存", "Saved")),
            ProfileOutcome.RoleStays => throw new Failure(403, "forbidden", new("身份已选定，不能更改", "The role has been chosen and cannot be changed")),
            ProfileOutcome.Banned => throw Failure.Banned(),
            _ => throw Failure.Unauthorized(),
        });
    }

    public static async Task EraseAsync(Call call)
    {
        var uid = call.User.Uid;
        await call.App.Store.Erasure.EraseAsync(uid);
        call.App.Files.Drop(call.App.Store.Files.UserDirectory(uid) + "/");
        await Replies.OkAsync(call, new Text("账号及全部内容已删除", "The account and everything in it were erased"));
    }

    /// <summary>Ends the session in the header. An openid in its place is no session, and there is nothing to end.</summary>
    public static async Task EndSessionAsync(Call call)
    {
        await call.App.Store.Users.EndSessionAsync(call.Http.Request.Headers["token"].ToString());
        await Replies.OkAsync(call, new Text("已退出登录", "Logged out"));
    }

    public static Task RolesAsync(Call call) => Replies.OkAsync(call, call.App.Settings.Roles, Json.Default.IReadOnlyListRole);

    private static Task<string> OpenIdAsync(Call call, string code)
    {
        if (!code.StartsWith(Settings.DevPrefix, StringComparison.Ordinal))
        {
            return call.App.WeChat.OpenIdOfAsync(code, call.Aborted);
        }

        var name = code.AsSpan(Settings.DevPrefix.Length);
        return call.App.Settings.Dev && name.Length is > 0 and <= DevNameMaxLength && !name.ContainsAnyExceptInRange('!', '~')
            ? Task.FromResult(code)
            : throw new Failure(401, "login_refused", new("登录失败，请重试", "The login was refused, please try again"));
    }

    /// <summary>The version of the terms that the user agrees to; null when the front end says nothing of it.</summary>
    private static string? ConsentOf(JsonFields fields) => fields.Text("consent", ConsentMaxLength) is { Length: > 0 } version ? version : null;

    /// <summary>A role's id, as a number or text, or its name.</summary>
    private static int RoleOf(Call call, JsonFields fields)
    {
        var text = fields.Text("role", NameMaxLength);
        var role = call.App.Settings.Roles.FirstOrDefault(role => role.Name == text || role.Id.ToString() == text);
        return role?.Id ?? throw Failure.InvalidField("role", "不在身份列表中", "is not in the list of roles");
    }
}

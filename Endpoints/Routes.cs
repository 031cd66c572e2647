using Postcard.Endpoints.Http;

namespace Postcard.Endpoints;

/// <summary>
/// The whole HTTP surface. What it promises stands in the README's API chapter, which comments here call the contract. <c>HEAD</c> is
/// served wherever <c>GET</c> is; a route counts as a read or a write by its method unless its row says otherwise.
/// </summary>
internal static class Routes
{
    public static readonly IReadOnlyList<Route> All =
    [
        new("POST", "/postcard/access", Guard.Open, Body.Json, Rate.Login, Access.LoginAsync) { Beside = Access.NobodyLoggedIn },
        new("GET", "/postcard/access", Guard.User, Body.None, Access.GetAsync),
        new("PUT", "/postcard/access", Guard.User, Body.Json, Access.UpdateAsync),
        new("GET", "/postcard/access/export", Guard.User, Body.None, Export.SendAsync),
        new("DELETE", "/postcard/access", Guard.User, Body.None, Access.EraseAsync) { ForBanned = true },
        new("DELETE", "/postcard/access/session", Guard.User, Body.None, Access.EndSessionAsync) { ForBanned = true },
        new("GET", "/postcard/role", Guard.Open, Body.None, Access.RolesAsync),

        new("GET", "/postcard/template", Guard.Open, Body.None, Templates.ListAsync),
        new("POST", "/postcard/template", Guard.Admin, Body.Media, Rate.Upload, Templates.AddAsync),
        new("GET", "/postcard/template/{id}", Guard.Optional, Body.None, Templates.GetAsync),
        new("PUT", "/postcard/template/{id}", Guard.Admin, Body.Media, Rate.Upload, Templates.ChangeAsync),
        new("POST", "/postcard/template/{id}", Guard.Admin, Body.Media, Rate.Upload, Templates.ChangeAsync),
        new("DELETE", "/postcard/template/{id}", Guard.Admin, Body.None, Templates.RemoveAsync),

        new("POST", "/postcard/upload", Guard.User, Body.Media, Rate.Upload, Uploads.PutAsync),
        new("DELETE", "/postcard/upload/{id}", Guard.User, Body.None, Uploads.DeleteAsync),

        new("POST", "/postcard/card", Guard.User, Body.Json, Cards.CreateAsync),
        new("PUT", "/postcard/card", Guard.User, Body.Json, Cards.EditAsync),
        new("GET", "/postcard/card/{id}", Guard.Optional, Body.None, Cards.OpenAsync),
        new("PUT", "/postcard/card/{id}", Guard.User, Body.Json, Cards.EditAsync),
        new("DELETE", "/postcard/card/{id}", Guard.User, Body.None, Cards.DeleteAsync),
        new("POST", "/postcard/card/{id}/report", Guard.User, Body.Json, Cards.ReportAsync),

        new("GET", "/postcard/image/{id}", Guard.Optional, Body.None, CardMedia.ImageAsync),
        new("GET", "/postcard/mini_image/{id}", Guard.Optional, Body.None, CardMedia.MiniImageAsync),
        new("GET", "/postcard/audio/{id}", Guard.Optional, Body.None, CardMedia.AudioAsync),

        new("GET", "/postcard/qrcode/{id}", Guard.Optional, Body.None, Rate.Write, Codes.GetAsync),

        new("GET", "/postcard/wechat/push", Guard.Open, Body.None, Push.ConfirmAsync),
        new("POST", "/postcard/wechat/push", Guard.Open, Body.Json, Rate.Read, Push.TakeAsync),

        new("GET", "/postcard/home", Guard.User, Body.None, CardLists.HomeAsync),
        new("GET", "/postcard/saved", Guard.User, Body.None, CardLists.SavedAsync),
        new("POST", "/postcard/saved/{id}", Guard.User, Body.None, CardLists.SaveAsync),
        new("DELETE", "/postcard/saved/{id}", Guard.User, Body.None, CardLists.UnsaveAsync),
        new("GET", "/postcard/plaza", Guard.Optional, Body.None, CardLists.PlazaAsync),

        new("GET", "/postcard/review", Guard.Admin, Body.None, Reviews.QueueAsync),
        new("POST", "/postcard/card/{id}/approve", Guard.Admin, Body.Json, Reviews.ApproveAsync),
        new("POST", "/postcard/card/{id}/reject", Guard.Admin, Body.Json, Reviews.RejectAsync),
        new("POST", "/postcard/card/{id}/remove", Guard.Admin, Body.Json, Reviews.RemoveAsync),

        new("GET", "/control/card", Guard.Control, Body.None, Reviews.ListAsync),
        new("GET", "/control/card/{id}", Guard.Control, Body.None, Reviews.ShowAsync),
        new("GET", "/control/user", Guard.Control, Body.None, Accounts.ListAsync),
        new("POST", "/control/user/show", Guard.Control, Body.Json, Accounts.ShowAsync),
        new("POST", "/control/user/ban", Guard.Control, Body.Json, Accounts.BanAsync),
        new("POST", "/control/user/unban", Guard.Control, Body.Json, Accounts.UnbanAsync),
        new("POST", "/control/user/admin", Guard.Control, Body.Json, Accounts.SetAdminAsync),
        new("POST", "/control/user/erase", Guard.Control, Body.Json, Accounts.EraseAsync),
        new("POST", "/control/session/revoke", Guard.Control, Body.Json, Accounts.EndSessionsAsync),
        new("GET", "/control/stats", Guard.Control, Body.None, Operations.StatsAsync),
        new("GET", "/control/audit", Guard.Control, Body.None, Operations.AuditAsync),

        new("POST", "/control/backup", Guard.Control, Body.None, Backups.MakeAsync),
        new("POST", "/control/verify", Guard.Control, Body.None, Upkeep.VerifyAsync),
        new("POST", "/control/gc", Guard.Control, Body.None, Upkeep.CollectAsync),

        new("GET", "/metrics", Guard.Metrics, Body.None, Metrics.GetAsync),
        new("GET", "/readyz", Guard.Open, Body.None, Rate.None, Health.ReadyAsync),
        new("GET", "/healthz", Guard.Open, Body.None, Rate.None, Health.GetAsync),
    ];
}

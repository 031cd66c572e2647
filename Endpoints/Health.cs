using Postcard.Endpoints.Http;

namespace Postcard.Endpoints;

internal static class Health
{
    /// <summary>200 when the store answers and the disk can be written.</summary>
    public static async Task GetAsync(Call call)
    {
        await call.App.Store.CheckAsync();
        await Replies.OkAsync(call);
    }

    /// <summary>200 when requests of every kind have a good chance; otherwise 503 and why not, in fixed words.</summary>
    public static Task ReadyAsync(Call call)
    {
        var app = call.App;
        List<string> lacks =
        [
            .. app.Stopping ? ["stopping"] : Array.Empty<string>(),
            .. app.Store.IsReady ? Array.Empty<string>() : ["store"],
            .. app.Uploading.HasSpace ? Array.Empty<string>() : ["disk"],
            .. app.Store.IsBusy ? ["store_queue"] : Array.Empty<string>(),
            .. app.Pictures.IsFull || app.Sounds.IsFull || app.Uploading.IsFull ? ["media_queue"] : Array.Empty<string>(),
        ];
        return lacks.Count == 0 ? Replies.OkAsync(call) : throw Failure.NotReady(lacks);
    }
}

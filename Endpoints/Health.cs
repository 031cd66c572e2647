namespace Postcard.Endpoints;

internal static class Health
{
    /// <summary>200 when the store answers and the disk can be written.</summary>
    public static async Task GetAsync(Call call)
    {
        await call.App.Store.CheckAsync();
        await Replies.OkAsync(call);
    }
}

using System.Globalization;
using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

internal static class Templates
{
    private const int DefaultLimit = 20;
    private const int TitleMaxLength = 100;

    public static async Task ListAsync(Call call)
    {
        var after = Cursor.Read(call, 0);
        var limit = QueryFields.Limit(call) ?? DefaultLimit;
        var page = call.App.Store.Templates.All.SkipWhile(template => template.Id <= after).Take(limit + 1).ToList();
        IReadOnlyList<TemplateData> data = [.. page.Take(limit).Select(template => DataOf(template))];
        await Replies.ListAsync(call, data, Json.Default.IReadOnlyListTemplateData, Cursor.Write(page.Count > limit ? page[limit - 1].Id : null));
    }

    /// <summary>The template's description for users, or with <c>target</c> one of its files for everyone.</summary>
    public static async Task GetAsync(Call call)
    {
        switch (QueryFields.Value(call, "target"))
        {
            case "image":
                await SendAsync(call, QueryFields.Size(call) is PictureSize.Small ? Find(call).Blobs.Mini : Find(call).Blobs.Image);
                break;
            case "audio":
                await SendAsync(call, Find(call).Blobs.Audio);
                break;
            case null:
                _ = call.User;
                await Replies.OkAsync(call, DataOf(Find(call)), Json.Default.TemplateData);
                break;
            default:
                throw Failure.InvalidField("target", "须为 image 或 audio", "must be image or audio");
        }
    }

    public static async Task AddAsync(Call call)
    {
        var app = call.App;
        var key = Cards.KeyOf(call);
        using var pass = app.Uploading.Enter(call);
        await using var form = await MultipartUpload.ReadTemplateAsync(call, () => MediaFiles.NewIncoming(app.Store.Files.Templates));
        var image = form.Named("image") ?? throw Failure.InvalidField("image", "请提供封面图片", "a cover picture is needed");
        var title = form.Text("title", TitleMaxLength) ?? "";
        var audio = form.Named("audio")?.Path;
        var source = await TemplateMaker.SourceOfAsync(image.Path, audio, call.Aborted);
        var present = key is null ? null : app.Store.Templates.FindMade(call.User.Actor, key);
        if (form.Text("unless_present", 5) is "1" or "true")
        {
            present ??= TemplateMaker.FindSame(app, title, source);
        }

        if (present is not null)
        {
            await Replies.OkAsync(call, DataOf(present, existing: true), Json.Default.TemplateData);
            return;
        }

        var template = await TemplateMaker.AddAsync(app, title, image.Path, audio, source, call.User.Actor, key, call.Aborted);
        await Replies.OkAsync(call, DataOf(template), Json.Default.TemplateData, new("模板已添加", "The template was added"));
    }

    /// <summary>
    /// Changes what is sent: the parts <c>image</c>, <c>audio</c>, <c>title</c> of a form, or JSON with <c>title</c> and
    /// <c>"audio":null</c>, which takes the sound away (<c>wx.request</c> sends no forms).
    /// </summary>
    public static async Task ChangeAsync(Call call)
    {
        var id = Find(call).Id;
        var isForm = call.Http.Request.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) is true;
        var changed = isForm ? await ChangeByFormAsync(call, id) : await ChangeByJsonAsync(call, id);
        await Replies.OkAsync(call, DataOf(changed ?? throw Failure.NotFound()), Json.Default.TemplateData, new("模板已修改", "The template was changed"));
    }

    public static async Task RemoveAsync(Call call)
    {
        if (!await call.App.Store.Templates.RemoveAsync(Find(call).Id, call.User.Actor))
        {
            throw Failure.NotFound();
        }

        await Replies.OkAsync(call, new Text("模板已删除", "The template was removed"));
    }

    private static async Task<Template?> ChangeByFormAsync(Call call, int id)
    {
        using var pass = call.App.Uploading.Enter(call);
        await using var form = await MultipartUpload.ReadTemplateAsync(call, () => MediaFiles.NewIncoming(call.App.Store.Files.Templates));
        var (image, audio) = (form.Named("image")?.Path, form.Named("audio")?.Path);
        var source = await TemplateMaker.SourceOfAsync(image, audio, call.Aborted);
        var blobs = await TemplateMaker.BlobsAsync(call.App, id, image, audio, call.Aborted);
        return await call.App.Store.Templates.ChangeAsync(id, template => template with
        {
            Title = form.Text("title", TitleMaxLength) ?? template.Title,
            Blobs = new(blobs.Image ?? template.Blobs.Image, blobs.Mini ?? template.Blobs.Mini, blobs.Audio ?? template.Blobs.Audio),
            Source = blobs.Count > 0 ? source : template.Source,
        }, call.User.Actor);
    }

    private static async Task<Template?> ChangeByJsonAsync(Call call, int id)
    {
        var fields = await JsonFields.ReadAsync(call);
        var title = fields.Text("title", TitleMaxLength);
        var silent = fields.IsNull("audio");
        return await call.App.Store.Templates.ChangeAsync(id, template => template with
        {
            Title = title ?? template.Title,
            Blobs = silent ? template.Blobs with { Audio = null } : template.Blobs,
        }, call.User.Actor);
    }

    private static Task SendAsync(Call call, Blob? blob) =>
        CardMedia.SendAsync(call, call.App.Store.Files.TemplateDirectory(Find(call).Id), blob ?? throw Failure.NotFound());

    /// <exception cref="Failure">400: not a number; 404.</exception>
    private static Template Find(Call call) => int.TryParse(call.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        ? call.App.Store.Templates.Find(id) ?? throw Failure.NotFound()
        : throw Failure.BadRequest("模板编号不正确", "This is not the id of a template");

    private static TemplateData DataOf(Template template, bool existing = false)
    {
        var path = $"/postcard/template/{template.Id}?target=";
        var (image, mini, audio) = (template.Blobs.Image!, template.Blobs.Mini!, template.Blobs.Audio);
        return new(
            template.Id, template.Title, audio is not null,
            new($"{path}image&size=large&v={image.Version}", $"{path}image&size=small&v={mini.Version}"),
            audio is null ? null : $"{path}audio&v={audio.Version}", existing);
    }
}

using Postcard.Endpoints.Http;
using Postcard.Media;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>Pictures and recordings on their way into a card: one slot per kind, the newest wins.</summary>
internal static class Uploads
{
    public static async Task PutAsync(Call call)
    {
        var (app, uid) = (call.App, call.User.Uid);
        var user = await app.Store.Users.FindAsync(uid) ?? throw Failure.Unauthorized();
        if (!app.Store.Uploads.HasRoom(user))
        {
            throw Failure.QuotaFull(app.Settings.QuotaMegabytes);
        }

        try
        {
            await TakeAsync(call, uid);
        }
        catch (Exception e) when (e is IOException or MediaException)
        {
            // Erasing the account takes the directory from under the uploads that are on their way.
            if (await app.Store.Users.FindAsync(uid) is null)
            {
                throw Failure.Unauthorized();
            }

            throw;
        }
    }

    /// <summary>Empties a slot; one that is empty is no error.</summary>
    public static async Task DeleteAsync(Call call)
    {
        var kind = call.Id switch
        {
            "image" => UploadKind.Image,
            "audio" => UploadKind.Audio,
            _ => throw Failure.NotFound(),
        };
        await call.App.Store.Uploads.DeleteAsync(call.User.Uid, kind);
        await Replies.OkAsync(call, new Text("已清除", "Removed"));
    }

    private static async Task TakeAsync(Call call, string uid)
    {
        var app = call.App;
        using var pass = app.Uploading.Enter(call);
        app.Store.Files.MakeUser(uid);
        var directory = app.Store.Files.TempDirectory(uid);
        var (form, file, kind) = await MultipartUpload.ReadAsync(call, () => MediaFiles.NewIncoming(directory));
        await using var parts = form;
        var blobs = kind is UploadKind.Image
            ? await MediaWork.PictureAsync(app, file.Path, directory, unique: true, call.Aborted)
            : await MediaWork.SoundAsync(app, file.Path, directory, unique: true, call.Aborted);
        switch (await app.Store.Uploads.PutAsync(uid, kind, blobs))
        {
            case UploadOutcome.UserGone:
                throw Failure.Unauthorized();
            case UploadOutcome.NoRoom:
                throw Failure.QuotaFull(app.Settings.QuotaMegabytes);
        }

        EndpointMeter.CountUpload(kind is UploadKind.Image ? "image" : "audio", file.Bytes);
        await (blobs switch
        {
            { Image: { } image } => Replies.OkAsync(
                call, new("image", "jpeg", image.Width, image.Height, image.Bytes), Json.Default.ImageUploadData, new("图片已上传", "The picture was uploaded")),
            { Audio: { } audio } => Replies.OkAsync(
                call, new("audio", audio.Format, audio.Duration / 1000.0, audio.Bytes), Json.Default.AudioUploadData, new("录音已上传", "The recording was uploaded")),
            _ => throw new InvalidOperationException("An upload is a picture or a sound."),
        });
    }
}

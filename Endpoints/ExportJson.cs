using System.Text.Json;
using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>
/// Records as they stand in an export, with the names of their files in it. Not by the serializer: that flushes its writer, and the stream below
/// may only be written asynchronously.
/// </summary>
internal static class ExportJson
{
    /// <param name="role">Null for none, or one that the settings no longer name.</param>
    public static void Write(Utf8JsonWriter json, User user, Role? role)
    {
        json.WriteStartObject();
        json.WriteString("openid", user.OpenId);
        json.WriteString("wx_name", user.Name);
        json.WriteString("role", role?.Name);
        json.WriteString("created", Times.Format(user.Created));
        json.WriteNumber("cards", user.Cards);
        json.WriteNumber("bytes", user.Bytes);
        if (user.Consent is { } version)
        {
            json.WriteStartObject("consent");
            json.WriteString("version", version);
            json.WriteString("time", Times.Format(user.Consented));
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("consent");
        }

        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Card card)
    {
        json.WriteStartObject();
        json.WriteString("id", card.Id);
        json.WriteString("title", card.Title);
        json.WriteString("from", card.From);
        json.WriteString("to", card.To);
        json.WriteString("content", card.Content);
        WriteNumber(json, "template", card.Template);
        WriteNumber(json, "audio_template", card.AudioTemplate);
        json.WriteBoolean("plaza", card.Plaza);
        json.WriteString("status", card.Status);
        if (card.Reason.Length > 0)
        {
            json.WriteString("reason", card.Reason);
        }

        json.WriteString("created", Times.Format(card.Created));
        json.WriteString("updated", Times.Format(card.Updated));
        WriteFiles(json, FilesOf(card));
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Upload upload)
    {
        json.WriteString("type", upload.Kind is UploadKind.Image ? "image" : "audio");
        json.WriteString("created", Times.Format(upload.Created));
        WriteFiles(json, FilesOf(upload));
    }

    /// <summary>A template's picture and sound are not the author's.</summary>
    public static IEnumerable<(string Name, Blob Blob)> FilesOf(Card card) => FilesOf($"cards/{card.Id}", card.OwnBlobs);

    public static IEnumerable<(string Name, Blob Blob)> FilesOf(Upload upload) => FilesOf("uploads", upload.Blobs);

    private static IEnumerable<(string Name, Blob Blob)> FilesOf(string directory, BlobSet blobs) =>
        new[] { ("image", blobs.Image), ("mini_image", blobs.Mini), ("audio", blobs.Audio) }
            .Where(pair => pair.Item2 is not null).Select(pair => ($"{directory}/{pair.Item1}.{pair.Item2!.Format}", pair.Item2));

    private static void WriteFiles(Utf8JsonWriter json, IEnumerable<(string Name, Blob Blob)> files)
    {
        json.WriteStartArray("files");
        foreach (var (name, _) in files)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, int? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}

using System.Text.Json;

namespace Postcard.Commands;

/// <param name="Json">As the server describes it.</param>
/// <param name="Existing">Whether it was there already.</param>
internal sealed record TemplateInfo(int Id, string Title, bool WithAudio, string Image, string? Audio, bool Existing, string Json);

/// <summary>The template routes, which the README's API chapter describes, called through a <see cref="ControlLink"/>.</summary>
/// <remarks>Every call throws a <see cref="CommandException"/> with the server's own sentence when it refuses.</remarks>
internal sealed class TemplateClient(ControlClient server)
{
    private const string Path = "/postcard/template";

    /// <param name="key">The same for every try to add this template. Without one, nothing is added when one of the same title and media is there.</param>
    /// <exception cref="HttpRequestException">The server went away.</exception>
    public async Task<TemplateInfo> AddAsync(string image, string? audio, string title, string? key, CancellationToken cancel)
    {
        using var form = new MultipartFormDataContent();
        if (title.Length > 0)
        {
            form.Add(new StringContent(title), "title");
        }

        if (key is null)
        {
            form.Add(new StringContent("1"), "unless_present");
        }

        form.Add(Open(image), "image", "image");
        if (audio is not null)
        {
            form.Add(Open(audio), "audio", "audio");
        }

        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = form };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var reply = await server.SendAsync(request, cancel);
        return InfoOf(reply.RootElement.GetProperty("data"));
    }

    public async Task<IReadOnlyList<TemplateInfo>> ListAsync(CancellationToken cancel)
    {
        var all = new List<TemplateInfo>();
        for (var cursor = ""; ;)
        {
            using var reply = await server.SendAsync(new(HttpMethod.Get, $"{Path}?limit=100{cursor}"), cancel);
            all.AddRange(reply.RootElement.GetProperty("data").EnumerateArray().Select(InfoOf));
            if (reply.RootElement.GetProperty("next").GetString() is not { } next)
            {
                return all;
            }

            cursor = $"&cursor={Uri.EscapeDataString(next)}";
        }
    }

    public async Task<TemplateInfo> ShowAsync(int id, CancellationToken cancel)
    {
        using var reply = await server.SendAsync(new(HttpMethod.Get, $"{Path}/{id}"), cancel, $"template {id}: ");
        return InfoOf(reply.RootElement.GetProperty("data"));
    }

    public async Task RemoveAsync(int id, CancellationToken cancel)
    {
        using var reply = await server.SendAsync(new(HttpMethod.Delete, $"{Path}/{id}"), cancel, $"template {id}: ");
    }

    private static StreamContent Open(string path)
    {
        try
        {
            return new StreamContent(File.OpenRead(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(e is FileNotFoundException or DirectoryNotFoundException ? $"{path} is not there" : $"{path} cannot be read");
        }
    }

    private static TemplateInfo InfoOf(JsonElement json) => new(
        json.GetProperty("id").GetInt32(),
        json.GetProperty("title").GetString() ?? "",
        json.GetProperty("with_audio").GetBoolean(),
        json.GetProperty("image").GetProperty("large").GetString()!,
        json.GetProperty("audio").GetString(),
        json.TryGetProperty("existing", out var existing) && existing.ValueKind is JsonValueKind.True,
        json.GetRawText());
}

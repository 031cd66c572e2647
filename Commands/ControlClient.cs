using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Postcard.Storage;

namespace Postcard.Commands;

/// <summary>Calls of the server's routes by the command line, whether a server runs or not.</summary>
internal sealed class ControlClient(HttpClient http)
{
    private const int Attempts = 5;

    /// <summary>Finds the server of a data directory, or is it for as long as <paramref name="work"/> takes.</summary>
    /// <param name="makes">Whether the command may begin a data directory; the others take one without a store for a mistyped name.</param>
    /// <param name="work">Returns the exit code. It runs again, from its start, when the server that was found stops, which may have done it already.</param>
    /// <exception cref="CommandException">The directory cannot be used, or the server refuses.</exception>
    public static async Task<int> RunAsync(Settings settings, Surroundings around, bool makes, Func<ControlClient, CancellationToken, Task<int>> work, CancellationToken stop)
    {
        // Not the directory: one of another name beside or above would be made a store, and an empty one is soon backed up.
        if (!makes && !Store.IsIn(settings.Data))
        {
            throw new CommandException($"there is no store in {settings.Data}, or this user may not look into it; name its data directory with --data");
        }

        var cuts = 0;
        for (var attempt = 1; ; attempt++)
        {
            await using var link = await ControlLink.OpenAsync(settings, around, stop);
            try
            {
                return await work(new ControlClient(link.Http), stop);
            }
            catch (HttpRequestException)
            {
                // The server that was found has stopped: look for another, or be it. One that answers may be another already, but not twice.
                cuts += await link.IsServedAsync(stop) ? 1 : 0;
                if (link.IsOwn || cuts > 1)
                {
                    throw new CommandException("the server broke off its answer; its log says why");
                }

                if (attempt == Attempts)
                {
                    throw new CommandException("the server stopped while it was asked; try again");
                }
            }
        }
    }

    /// <summary>Sends a request and returns the envelope of the reply.</summary>
    /// <param name="about">Begins the sentence of a refusal.</param>
    /// <exception cref="CommandException">The server refuses; with its own sentence.</exception>
    /// <exception cref="HttpRequestException">The server went away.</exception>
    public async Task<JsonDocument> SendAsync(HttpRequestMessage request, CancellationToken cancel, string about = "")
    {
        using (request)
        {
            using var response = await http.SendAsync(request, cancel);
            return Judge(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancel), about);
        }
    }

    /// <summary>Sends a request whose reply is bytes. The caller disposes of it.</summary>
    /// <inheritdoc cref="SendAsync"/>
    public async Task<HttpResponseMessage> DownloadAsync(HttpRequestMessage request, CancellationToken cancel, string about = "")
    {
        using (request)
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (response.StatusCode is HttpStatusCode.OK)
            {
                return response;
            }

            using (response)
            {
                using var reply = Judge(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancel), about);
                throw new InvalidOperationException("A reply that is not 200 is a refusal.");
            }
        }
    }

    /// <summary>Sends a request whose reply is lines of JSON, the last of which says <c>"done":true</c>.</summary>
    /// <inheritdoc cref="SendAsync"/>
    public async IAsyncEnumerable<JsonElement> LinesAsync(HttpRequestMessage request, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var reply = await DownloadAsync(request, cancel);
        using var reader = new StreamReader(await reply.Content.ReadAsStreamAsync(cancel));
        for (var done = false; !done;)
        {
            var line = await ReadLineAsync(reader, cancel) ?? throw new HttpRequestException("The server stopped.");
            using var json = JsonDocument.Parse(line);
            done = json.RootElement.TryGetProperty("done", out _);
            yield return json.RootElement.Clone();
        }
    }

    private static async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken cancel)
    {
        try
        {
            return await reader.ReadLineAsync(cancel);
        }
        catch (IOException e)
        {
            throw new HttpRequestException("The server stopped.", e);
        }
    }

    private static JsonDocument Judge(HttpStatusCode status, byte[] body, string about)
    {
        var reply = Parse(body) ?? throw new CommandException($"the server answered {(int)status} without an explanation");
        if (status is HttpStatusCode.OK)
        {
            return reply;
        }

        using (reply)
        {
            throw new CommandException($"{about}{reply.RootElement.GetProperty("msg").GetString()}");
        }
    }

    private static JsonDocument? Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

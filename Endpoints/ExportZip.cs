using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>
/// The archive of an export: records as JSON, then media as they are. It goes page by page through the records and holds
/// no more than one page; what is changed or deleted meanwhile may be in it as it was or as it is.
/// </summary>
internal sealed class ExportZip
{
    private const int PageSize = 50;
    private const int BufferBytes = 64 * 1024;
    private const int FlushedBytes = 16 * 1024;

    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly App _app;
    private readonly BufferedStream _output;
    private readonly ZipArchive _zip;
    private readonly List<string> _missing = [];

    private ExportZip(App app, BufferedStream output, ZipArchive zip) => (_app, _output, _zip) = (app, output, zip);

    /// <param name="output">Where the archive goes while it is made; it needs no way back.</param>
    public static async Task<ExportZip> BeginAsync(App app, Stream output, CancellationToken cancel)
    {
        var buffered = new BufferedStream(output, BufferBytes);
        return new(app, buffered, await ZipArchive.CreateAsync(buffered, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancel));
    }

    /// <param name="caller">The same user: what is hidden from the caller is gone.</param>
    public async Task WriteAsync(User user, Caller caller, CancellationToken cancel)
    {
        await WriteProfileAsync(user, cancel);
        await WriteListAsync("sessions.json", await _app.Store.Own.SessionsAsync(user.Uid), (json, session) =>
        {
            json.WriteString("created", Times.Format(session.Created));
            json.WriteString("expires", Times.Format(session.Expires));
        }, cancel);
        await WriteCardsAsync(user, cancel);
        await WriteSavedAsync(caller, cancel);
        await WriteListAsync("reports.json", await _app.Store.Own.ReportsAsync(user.Uid), (json, report) =>
        {
            json.WriteString("card", report.Card);
            json.WriteString("reason", report.Reason);
            json.WriteString("created", Times.Format(report.Created));
        }, cancel);
        await WriteUploadsAsync(user, cancel);
        await WriteMediaAsync(user, cancel);
        if (_missing.Count > 0)
        {
            await WriteMissingAsync(cancel);
        }
    }

    /// <summary>Writes the directory, without which it is no archive.</summary>
    public async Task EndAsync()
    {
        await _zip.DisposeAsync();
        await _output.FlushAsync();
    }

    private Task WriteProfileAsync(User user, CancellationToken cancel) => WriteJsonAsync("profile.json", json =>
    {
        ExportJson.Write(json, user, _app.Settings.Roles.FirstOrDefault(role => role.Id == user.Role));
        return Task.CompletedTask;
    }, cancel);

    private Task WriteCardsAsync(User user, CancellationToken cancel) => WriteJsonAsync("cards.json", async json =>
    {
        json.WriteStartArray();
        await foreach (var card in CardsAsync(user))
        {
            ExportJson.Write(json, card);
            await FlushAsync(json, cancel);
        }

        json.WriteEndArray();
    }, cancel);

    private Task WriteSavedAsync(Caller caller, CancellationToken cancel) => WriteJsonAsync("saved.json", async json =>
    {
        json.WriteStartArray();
        for (long? before = long.MaxValue; before is { } time;)
        {
            var page = await _app.Store.Saves.ListAsync(caller.Uid, time, PageSize);
            foreach (var saved in page.Cards)
            {
                json.WriteStartObject();
                json.WriteString("id", saved.Id);
                json.WriteString("saved", Times.Format(saved.Saved));
                json.WriteBoolean("gone", saved.Card is null || !Cards.IsFor(caller, saved.Card));
                json.WriteEndObject();
            }

            await FlushAsync(json, cancel);
            before = page.Next;
        }

        json.WriteEndArray();
    }, cancel);

    private async Task WriteUploadsAsync(User user, CancellationToken cancel)
    {
        var uploads = await _app.Store.Own.UploadsAsync(user.Uid);
        await WriteListAsync("uploads.json", uploads, ExportJson.Write, cancel);
        foreach (var upload in uploads)
        {
            foreach (var (name, blob) in ExportJson.FilesOf(upload))
            {
                await WriteFileAsync(name, Path.Combine(_app.Store.Files.TempDirectory(user.Uid), blob.Name), blob, cancel);
            }
        }
    }

    private async Task WriteMediaAsync(User user, CancellationToken cancel)
    {
        await foreach (var card in CardsAsync(user))
        {
            foreach (var (name, blob) in ExportJson.FilesOf(card))
            {
                await WriteFileAsync(name, Path.Combine(_app.Store.Files.CardDirectory(user.Uid, card.Id), blob.Name), blob, cancel);
            }
        }
    }

    private async IAsyncEnumerable<Card> CardsAsync(User user)
    {
        for (var after = 0L; await _app.Store.Own.CardsAsync(user.Uid, after, PageSize) is { Count: > 0 } page; after = page[^1].Created)
        {
            foreach (var card in page)
            {
                yield return card;
            }
        }
    }

    private Task WriteMissingAsync(CancellationToken cancel) => WriteJsonAsync("missing.json", json =>
    {
        json.WriteStartArray();
        foreach (var name in _missing)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        return Task.CompletedTask;
    }, cancel);

    private Task WriteListAsync<T>(string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write, CancellationToken cancel) => WriteJsonAsync(name, async json =>
    {
        json.WriteStartArray();
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
            await FlushAsync(json, cancel);
        }

        json.WriteEndArray();
    }, cancel);

    private async Task WriteJsonAsync(string name, Func<Utf8JsonWriter, Task> write, CancellationToken cancel)
    {
        var entry = _zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = Datable(_app.Time.GetUtcNow());
        await using var stream = await entry.OpenAsync(cancel);
        await using var json = new Utf8JsonWriter(stream, Options);
        await write(json);
    }

    private async Task WriteFileAsync(string name, string path, Blob blob, CancellationToken cancel)
    {
        FileStream source;
        try
        {
            source = new FileStream(path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Deleted or replaced since its record was read, or lost, which "verify" tells the operator.
            _missing.Add(name);
            return;
        }

        await using (source)
        {
            // Pictures and sounds are compressed already, but readers that stream refuse stored entries whose length comes behind them. It costs
            // 13 ms of CPU for a megabyte, and 2 % more of it.
            var entry = _zip.CreateEntry(name, CompressionLevel.Fastest);
            entry.LastWriteTime = Datable(DateTimeOffset.FromUnixTimeMilliseconds(blob.Modified));
            await using var target = await entry.OpenAsync(cancel);
            await source.CopyToAsync(target, BufferBytes, cancel);
        }
    }

    /// <summary>A zip's times begin in 1980; a clock without battery in 1970.</summary>
    private static DateTimeOffset Datable(DateTimeOffset time) => time.Year is >= 1980 and <= 2107 ? time : new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static Task FlushAsync(Utf8JsonWriter json, CancellationToken cancel) =>
        json.BytesPending >= FlushedBytes ? json.FlushAsync(cancel) : Task.CompletedTask;
}

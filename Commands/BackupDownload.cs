using System.Globalization;
using System.Text;
using System.Text.Json;
using Postcard.Endpoints;
using Postcard.Storage.Archives;

namespace Postcard.Commands;

/// <summary>Writes the archive that a server sends into a file, which gets its name when it is whole.</summary>
/// <param name="keep">How many of the series stay; null: all.</param>
/// <param name="floorBytes">Disk that stays free, since the store may lie on the same.</param>
internal sealed class BackupDownload(Surroundings around, string path, int? keep, bool asJson, long floorBytes)
{
    private const int BufferBytes = 256 * 1024;

    private readonly BackupSeries? _series = BackupSeries.Parse(path);

    /// <exception cref="CommandException"/>
    /// <exception cref="HttpRequestException">The server went away; there is no file.</exception>
    public async Task<int> RunAsync(ControlClient server, CancellationToken cancel)
    {
        var now = TimeProvider.System.GetUtcNow();
        var target = _series?.PathAt(now) ?? path;
        try
        {
            await using var file = BackupFile.Create(target);
            using var reply = await server.DownloadAsync(new(HttpMethod.Post, "/control/backup"), cancel);
            CheckSpace(reply, target);
            await CopyAsync(reply, file, cancel);
            var counts = await TakeSummaryAsync(file.Stream, cancel);
            target = _series?.PathAt(now, damaged: counts[3] > 0) ?? path;
            await file.FinishAsync(target);
            return Report(target, file.Bytes, counts);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{target} cannot be written: {Reason(e)}");
        }
    }

    private void CheckSpace(HttpResponseMessage reply, string target)
    {
        var expected = ExpectedOf(reply);
        var free = BackupFile.FreeBytes(target);
        if (free < expected + floorBytes)
        {
            throw new CommandException($"{target} cannot be written: it may take {Sizes.Of(expected)}, and {Sizes.Of(free)} are free there, of which {Sizes.Of(floorBytes)} stay free");
        }
    }

    private async Task CopyAsync(HttpResponseMessage reply, BackupFile file, CancellationToken cancel)
    {
        var progress = new Progress(around);
        await using var source = await reply.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[BufferBytes];
        while (await ReadAsync(source, buffer, cancel) is > 0 and var read)
        {
            await file.Stream.WriteAsync(buffer.AsMemory(0, read), cancel);
            progress.Show(() => $"{Sizes.Of(file.Bytes)} of at most {Sizes.Of(ExpectedOf(reply))}");
        }

        progress.Clear();
    }

    private static async Task<int> ReadAsync(Stream source, byte[] buffer, CancellationToken cancel)
    {
        try
        {
            return await source.ReadAsync(buffer, cancel);
        }
        catch (IOException e)
        {
            throw new HttpRequestException("The server stopped.", e);
        }
    }

    private static long ExpectedOf(HttpResponseMessage reply) => long.Parse(reply.Headers.GetValues(Backups.Expected).Single(), CultureInfo.InvariantCulture);

    /// <summary>Cuts what follows the archive off the file.</summary>
    private static async Task<int[]> TakeSummaryAsync(Stream file, CancellationToken cancel)
    {
        var summary = new byte[Backups.SummaryBytes];
        file.Position = file.Length - summary.Length;
        await file.ReadExactlyAsync(summary, cancel);
        file.SetLength(file.Length - summary.Length);
        return [.. Encoding.ASCII.GetString(summary).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
    }

    private int Report(string target, long bytes, int[] counts)
    {
        var (deleted, later) = keep is { } count ? Prune(count, target) : ([], []);
        if (asJson)
        {
            JsonObject.Write(around.Out, json =>
            {
                json.WriteString("file", target);
                json.WriteNumber("bytes", bytes);
                json.WriteNumber("users", counts[0]);
                json.WriteNumber("cards", counts[1]);
                json.WriteNumber("files", counts[2]);
                json.WriteNumber("problems", counts[3]);
                WriteNames(json, "deleted", deleted);
                WriteNames(json, "later", later);
            });
        }
        else
        {
            around.Out.WriteLine($"{target}: {Sizes.Of(bytes)}, {counts[0]} users, {counts[1]} cards, {counts[2]} files");
            deleted.ForEach(old => around.Out.WriteLine($"deleted {old}"));
            later.ForEach(old => around.Out.WriteLine($"left {old}: its name says a time to come"));
        }

        return counts[3] == 0
            ? ExitCode.Done
            : throw new CommandException($"{counts[3]} of the store's files are missing or damaged, and so they are in this backup; see: postcard verify");
    }

    private static void WriteNames(Utf8JsonWriter json, string property, List<string> names)
    {
        json.WriteStartArray(property);
        names.ForEach(json.WriteStringValue);
        json.WriteEndArray();
    }

    /// <returns>What was deleted, and what was left since its time is to come.</returns>
    private (List<string> Deleted, List<string> Later) Prune(int count, string made)
    {
        try
        {
            return ([.. _series!.Prune(count, made)], [.. _series.Later(TimeProvider.System.GetUtcNow()).Select(backup => backup.Path)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{made} is made, but older ones cannot be deleted: {Reason(e)}");
        }
    }

    private static string Reason(Exception e) => e is DirectoryNotFoundException ? "there is no such directory" : e.Message.Split('\n')[0].TrimEnd('.');
}

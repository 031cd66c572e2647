using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Postcard.Configuration;

namespace Postcard.Commands;

/// <summary>A command that asks the server, running or not, and prints what it says for people or as JSON.</summary>
internal sealed class ControlAction(ParseResult parsed, ControlClient server, bool json, Surroundings around, CancellationToken cancel)
{
    private const int LargestPage = 100;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gives a command its <c>--json</c>, the data directory, and its work.</summary>
    public static T Attach<T>(T command, Surroundings around, Func<ControlAction, Task> work) where T : Command
    {
        var json = new Option<bool>("--json") { Description = "As JSON." };
        command.Add(json);
        var settings = new SettingsOptions(command, [SettingsTable.Data]);
        command.SetAction((parsed, stop) => ControlClient.RunAsync(settings.Load(parsed, around, forServing: false).Settings, around, makes: false, async (server, cancel) =>
        {
            await work(new(parsed, server, parsed.GetValue(json), around, cancel));
            return ExitCode.Done;
        }, stop));
        return command;
    }

    public T? Value<T>(Option<T> option) => parsed.GetValue(option);

    public T Value<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    /// <summary><c>data</c> of the reply.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        using var reply = await server.SendAsync(new(HttpMethod.Get, path), cancel);
        return reply.RootElement.GetProperty("data").Clone();
    }

    /// <summary>The whole reply to a body of these fields, without those that are null.</summary>
    public async Task<JsonElement> PostAsync(string path, params (string Name, string? Value)[] fields)
    {
        using var body = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(body, Options))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields.Where(field => field.Value is not null))
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        using var reply = await server.SendAsync(new(HttpMethod.Post, path) { Content = new ByteArrayContent(body.ToArray()) }, cancel);
        return reply.RootElement.Clone();
    }

    /// <summary>All items of a list, page after page, at most <paramref name="most"/>.</summary>
    /// <param name="query">What stands behind the question mark, or nothing.</param>
    public async Task<List<JsonElement>> PagesAsync(string path, string query = "", int most = int.MaxValue)
    {
        var items = new List<JsonElement>();
        for (string? cursor = ""; cursor is not null && items.Count < most;)
        {
            var uri = $"{path}?limit={Math.Min(most - items.Count, LargestPage)}&{query}{(cursor.Length == 0 ? "" : $"&cursor={cursor}")}";
            using var reply = await server.SendAsync(new(HttpMethod.Get, uri), cancel);
            items.AddRange(reply.RootElement.GetProperty("data").EnumerateArray().Select(item => item.Clone()));
            cursor = reply.RootElement.GetProperty("next").GetString();
        }

        return items;
    }

    public void WriteList(IReadOnlyList<JsonElement> items, string[] head, Func<JsonElement, string[]> row)
    {
        if (json)
        {
            around.Out.WriteLine(items.Count == 0 ? "[]" : $"[\n{string.Join(",\n", items.Select(item => item.GetRawText()))}\n]");
        }
        else
        {
            TextTable.Write(around.Out, head, items.Select(row));
        }
    }

    public void WriteObject(JsonElement data, params (string Name, string? Value)[] lines)
    {
        if (json)
        {
            around.Out.WriteLine(data.GetRawText());
            return;
        }

        var width = lines.Max(line => line.Name.Length) + 2;
        foreach (var (name, value) in lines)
        {
            around.Out.WriteLine($"{name.PadRight(width)}{(value ?? "").Replace("\n", "\n" + new string(' ', width))}".TrimEnd());
        }
    }

    /// <summary>What a deed came to: the server's sentence, or its data.</summary>
    public void WriteDone(JsonElement reply) =>
        around.Out.WriteLine(json ? reply.GetProperty("data").GetRawText() : reply.GetProperty("msg").GetString());

    /// <summary>A field as a cell: one line, <c>-</c> for nothing.</summary>
    public static string Cell(JsonElement item, string name)
    {
        var text = TextOf(item, name).ReplaceLineEndings(" ").Replace('\t', ' ');
        return text.Length == 0 ? "-" : text;
    }

    public static string TextOf(JsonElement item, string name) => item.GetProperty(name) switch
    {
        { ValueKind: JsonValueKind.String } value => value.GetString()!,
        { ValueKind: JsonValueKind.Null } => "",
        { ValueKind: JsonValueKind.True } => "yes",
        { ValueKind: JsonValueKind.False } => "no",
        var value => value.GetRawText(),
    };

    /// <summary>Bytes in the unit that fits.</summary>
    public static string SizeOf(JsonElement item, string name) => Sizes.Of(item.GetProperty(name).GetInt64());
}

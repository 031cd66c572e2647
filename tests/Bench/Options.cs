using System.CommandLine;

namespace Bench;

/// <param name="Only">Names of works; empty stands for all.</param>
/// <param name="Seconds">Length of one measurement.</param>
/// <param name="Rounds">Measurements per server and work, taken in turn; the middle one counts.</param>
internal sealed record Options(
    string Server, IReadOnlyList<string> Only, double Seconds, int Rounds, int Connections, int Cards, bool Peers, string? PocketBase, bool Markdown)
{
    public TimeSpan Time => TimeSpan.FromSeconds(Seconds);

    /// <summary>Parses the arguments and runs <paramref name="run"/> with them.</summary>
    public static Task<int> InvokeAsync(string[] arguments, IEnumerable<string> works, Func<Options, CancellationToken, Task<int>> run)
    {
        var server = new Option<string>("--server") { Description = "The published server", DefaultValueFactory = _ => "out/postcard" };
        var only = new Option<string[]>("--only") { Description = $"Some works only: {string.Join(", ", works)}", AllowMultipleArgumentsPerToken = true };
        var seconds = new Option<double>("--seconds") { Description = "Length of one measurement", DefaultValueFactory = _ => 3 };
        var rounds = new Option<int>("--rounds") { Description = "Measurements per server, in turn; the middle one counts", DefaultValueFactory = _ => 3 };
        var connections = new Option<int>("--connections") { Description = "Keep-alive connections of the load", DefaultValueFactory = _ => 32 };
        var cards = new Option<int>("--cards") { Description = "Cards of the large store in the work growth", DefaultValueFactory = _ => 100_000 };
        var skip = new Option<bool>("--skip-peers") { Description = "Leave PocketBase, nginx and lame out" };
        var pocketBase = new Option<string?>("--pocketbase") { Description = "PocketBase's program, if it is not in PATH" };
        var markdown = new Option<bool>("--markdown") { Description = "Print the table for the README" };
        var root = new RootCommand("Compares the published server with PocketBase, nginx and lame on this machine.")
        {
            server, only, seconds, rounds, connections, cards, skip, pocketBase, markdown,
        };
        root.SetAction((parsed, cancel) => run(
            new(parsed.GetRequiredValue(server), parsed.GetValue(only) ?? [], parsed.GetValue(seconds), parsed.GetValue(rounds),
                parsed.GetValue(connections), parsed.GetValue(cards), !parsed.GetValue(skip), parsed.GetValue(pocketBase), parsed.GetValue(markdown)),
            cancel));
        return root.Parse(arguments).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }
}

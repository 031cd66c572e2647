using System.CommandLine;
using System.Globalization;
using Soak;

// Drives the published program, as processes, through what a server meets in years: see --help.
AppDomain.CurrentDomain.ProcessExit += (_, _) => Child.KillAll();
var server = new Option<string>("--server") { Description = "The published server", DefaultValueFactory = _ => "out/postcard" };
var previous = new Option<string?>("--previous") { Description = "The release before it, for the trial of upgrades" };
var minutes = new Option<double>("--minutes") { Description = "No trial begins a round after this", DefaultValueFactory = _ => 10 };
var rounds = new Option<int>("--rounds") { Description = "Rounds of each trial", DefaultValueFactory = _ => 10 };
var only = new Option<string[]>("--only") { Description = $"Some trials only: {string.Join(", ", Trial.All.Select(trial => trial.Name))}", AllowMultipleArgumentsPerToken = true };
var directory = new Option<string?>("--directory") { Description = "Where data goes; a temporary directory when left out" };
var root = new RootCommand("Fills disks, turns clocks, kills the server, holds thousands of connections, and counts what was acknowledged and is gone.")
{
    server, previous, minutes, rounds, only, directory,
};
root.SetAction(async (parsed, cancel) =>
{
    var stage = new Stage(
        Path.GetFullPath(parsed.GetRequiredValue(server)), parsed.GetValue(previous) is { } old ? Path.GetFullPath(old) : null,
        TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(rounds), parsed.GetValue(directory), cancel);
    var names = parsed.GetValue(only) ?? [];
    var trials = Trial.All.Where(trial => names.Length == 0 || names.Contains(trial.Name)).ToList();
    if (!File.Exists(stage.Server) || trials.Count < names.Length)
    {
        Console.Error.WriteLine(trials.Count < names.Length ? "There is no such trial; see --help." : $"{stage.Server} is not there: publish it first.");
        return 2;
    }

    var rows = new List<Row>();
    using (stage)
    {
        foreach (var trial in trials)
        {
            Console.Error.WriteLine($"{trial.Name} …");
            rows.AddRange(await trial.RunAsync(stage));
        }
    }

    Console.WriteLine("| tried | how often | acknowledged and checked | lost | seen |\n|---|---|---|---|---|");
    foreach (var row in rows)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {row.Tried} | {row.Times:N0} | {row.Checked:N0} | {row.Lost:N0} | {row.Seen} |"));
    }

    return rows.Any(row => row.Lost > 0) ? 1 : 0;
});
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });

using System.Globalization;
using System.Runtime.InteropServices;
using Bench;
using Bench.Works;

const double MemoryBound = 300;

AppDomain.CurrentDomain.ProcessExit += (_, _) => Children.KillAll();
return await Options.InvokeAsync(args, Work.All.Select(work => work.Name), RunAsync);

static async Task<int> RunAsync(Options options, CancellationToken cancel)
{
    var works = Work.All.Where(work => options.Only.Count == 0 || options.Only.Contains(work.Name)).ToList();
    if (!File.Exists(options.Server) || works.Count == 0)
    {
        Console.Error.WriteLine(works.Count == 0
            ? $"No such work; there are {string.Join(", ", Work.All.Select(work => work.Name))}."
            : $"{options.Server} is not there: dotnet publish Postcard.csproj -c Release -r {RuntimeInformation.RuntimeIdentifier} -o out");
        return 2;
    }

    var rows = new List<Row>();
    await using var stage = new Stage(options, cancel);
    try
    {
        await stage.StartAsync();
        foreach (var work in works)
        {
            rows.AddRange(await work.RunAsync(stage));
        }

        stage.Postcard.TakePeak();
        rows.Add(Memory(stage.Postcard.PeakMegabytes));
    }
    catch (OperationCanceledException)
    {
        Console.Error.WriteLine("Interrupted.");
        return 1;
    }
    finally
    {
        Console.Write(Report.Write(rows, options.Markdown));
    }

    return rows.All(row => row.Reached is not false) ? 0 : 1;
}

static Row Memory(double megabytes) => new("memory at peak under all of this", "Postcard", null,
    string.Create(CultureInfo.InvariantCulture, $"{megabytes:0} MB"), $"< {MemoryBound} MB", megabytes < MemoryBound);

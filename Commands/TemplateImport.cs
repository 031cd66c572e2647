namespace Postcard.Commands;

/// <summary>Adds what <see cref="TemplateFolder"/> found, one after the other; a bad file is named and the others go in.</summary>
internal sealed class TemplateImport(TemplateFolder folder, Surroundings around)
{
    private const string EraseLine = "\r\e[K";

    private int _added;
    private int _present;
    private int _failed;

    public async Task<int> RunAsync(TemplateClient client, CancellationToken cancel)
    {
        foreach (var note in folder.Skipped)
        {
            around.Error.WriteLine($"skipped {note}");
        }

        var started = TimeProvider.System.GetTimestamp();
        foreach (var (index, candidate) in folder.Candidates.Index())
        {
            var shows = around.IsTerminal && TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(1);
            if (shows)
            {
                around.Error.Write($"{EraseLine}{index + 1} of {folder.Candidates.Count}: {candidate.Title}");
            }

            var line = await AddAsync(client, candidate, cancel);
            if (shows)
            {
                around.Error.Write(EraseLine);
            }

            line();
        }

        around.Out.WriteLine($"added {_added}, there already {_present}, failed {_failed}");
        return _failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    /// <returns>Writes what became of it.</returns>
    private async Task<Action> AddAsync(TemplateClient client, TemplateCandidate candidate, CancellationToken cancel)
    {
        try
        {
            if (candidate.Sounds.Count > 1)
            {
                throw new CommandException($"which sound? {string.Join(", ", candidate.Sounds.Select(Path.GetFileName))}");
            }

            var template = await client.AddAsync(candidate.Image, candidate.Sounds.FirstOrDefault(), candidate.Title, unlessPresent: true, cancel);
            _ = template.Existing ? _present++ : _added++;
            return () => around.Out.WriteLine($"{template.Id}  {candidate.Title}{(template.Existing ? "  (there already)" : "")}");
        }
        catch (CommandException e)
        {
            _failed++;
            return () => around.Error.WriteLine($"postcard: {Path.GetFileName(candidate.Image)}: {e.Message}");
        }
    }
}

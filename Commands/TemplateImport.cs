namespace Postcard.Commands;

/// <summary>Adds what <see cref="TemplateFolder"/> found, one after the other; a bad file is named and the others go in.</summary>
internal sealed class TemplateImport(TemplateFolder folder, Surroundings around)
{
    private const string EraseLine = "\r\e[K";

    private static readonly TimeSpan UntilProgress = TimeSpan.FromSeconds(1);

    private readonly long _started = TimeProvider.System.GetTimestamp();
    private int _next;
    private int _added;
    private int _present;
    private int _failed;

    /// <summary>Goes on where it was when the last server went away.</summary>
    /// <exception cref="HttpRequestException">This one went away, too.</exception>
    public async Task<int> RunAsync(TemplateClient client, CancellationToken cancel)
    {
        if (_next == 0)
        {
            WriteSkipped();
        }

        for (; _next < folder.Candidates.Count; _next++)
        {
            var candidate = folder.Candidates[_next];
            var shows = around.IsTerminal && TimeProvider.System.GetElapsedTime(_started) > UntilProgress;
            if (shows)
            {
                around.Error.Write($"{EraseLine}{_next + 1} of {folder.Candidates.Count}: {candidate.Title}");
            }

            var write = await AddAsync(client, candidate, cancel);
            if (shows)
            {
                around.Error.Write(EraseLine);
            }

            write();
        }

        around.Out.WriteLine($"added {_added}, there already {_present}, failed {_failed}");
        return _failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private void WriteSkipped()
    {
        foreach (var note in folder.Skipped)
        {
            around.Error.WriteLine($"skipped {note}");
        }
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

            var template = await client.AddAsync(candidate.Image, candidate.Sounds.FirstOrDefault(), candidate.Title, key: null, cancel);
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

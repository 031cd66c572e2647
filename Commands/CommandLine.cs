using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Postcard.Configuration;

namespace Postcard.Commands;

/// <summary>The program as a function of its arguments and surroundings that returns an exit code.</summary>
internal static class CommandLine
{
    /// <param name="stop">SIGTERM, SIGINT: a server drains and ends with 0, a command breaks off.</param>
    public static async Task<int> RunAsync(string[] args, Surroundings around, CancellationToken stop)
    {
        var parsed = Parse(args, around);
        if (parsed.Action is ParseErrorAction)
        {
            return ReportUsage(parsed, around);
        }

        try
        {
            // Signals are ours (Signals.cs): the library's own handling ends the process two seconds after SIGTERM.
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = around.Out, Error = around.Error },
                stop);
        }
        catch (SettingsException e)
        {
            foreach (var problem in e.Problems)
            {
                Report(around, problem.ToString());
            }

            return e.Problems.Any(problem => problem.Origin.Source is Source.Flag) ? ExitCode.WrongUsage : ExitCode.Failed;
        }
        catch (CommandException e)
        {
            Report(around, e.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Report(around, "interrupted");
            return ExitCode.Failed;
        }
    }

    // Without response files: "@" may start a title. Without bundling: there are no one-letter flags.
    internal static ParseResult Parse(string[] args, Surroundings around) =>
        Root(around).Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });

    private static Command Root(Surroundings around)
    {
        var root = new ExampleCommand("postcard", "The back end of a postcard mini-program: one server and the commands beside it.")
        {
            Examples =
            [
                ("Try it out, without WeChat", "postcard serve --dev"),
                ("Serve a mini-program", "postcard serve --wechat-appid wx0123456789abcdef --wechat-secret-file /etc/postcard/secret --data /var/lib/postcard/data"),
                ("Fill it with covers", "postcard template import ./covers --data /var/lib/postcard/data"),
                ("More on a command", "postcard serve --help"),
            ],
        };
        root.Add(ServeCommand.Make(around));
        root.Add(TemplateCommands.Make(around));
        root.Add(UserCommands.Make(around));
        root.Add(CardCommands.Make(around));
        root.Add(UserCommands.MakeSession(around));
        root.Add(OperationCommands.MakeStats(around));
        root.Add(OperationCommands.MakeAudit(around));
        root.Add(BackupCommand.Make(around));
        root.Add(RestoreCommand.Make(around));
        root.Add(VerifyCommand.Make(around));
        root.Add(GcCommand.Make(around));
        root.Add(ConfigCommands.Make(around));
        root.Add(DoctorCommand.Make(around));
        root.Add(Licenses.Make(around));
        root.Add(new HelpOption { Action = new ExampleHelp() });
        root.Add(new VersionOption { Action = new PrintVersion(around) });
        return root;
    }

    private static int ReportUsage(ParseResult parsed, Surroundings around)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            // What stands after "=" or alone may be a secret.
            var name = unknown.Split('=')[0];
            var names = command.Options.Select(option => option.Name).Concat(command.Subcommands.Select(each => each.Name));
            Report(around, name.StartsWith('-') || command.Subcommands.Count > 0
                ? $"{command.Name} does not know \"{name}\"{NearMiss.Hint(name, names)}"
                : $"{command.Name} got an argument too many");
        }
        else
        {
            foreach (var error in parsed.Errors)
            {
                Report(around, error.Message);
            }
        }

        around.Error.WriteLine($"Try: {string.Join(' ', Path(command))} --help");
        return ExitCode.WrongUsage;

        static IEnumerable<string> Path(Symbol symbol) => [.. symbol.Parents.SelectMany(Path), symbol.Name];
    }

    private static void Report(Surroundings around, string line) => around.Error.WriteLine($"postcard: {line}");

    private sealed class PrintVersion(Surroundings around) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            around.Out.WriteLine($"postcard {ProgramVersion.Text}");
            return ExitCode.Done;
        }
    }
}

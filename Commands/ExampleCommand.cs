using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Postcard.Commands;

/// <summary>A command whose help ends with examples.</summary>
internal sealed class ExampleCommand(string name, string description) : Command(name, description)
{
    public IReadOnlyList<(string Purpose, string Line)> Examples { get; init; } = [];
}

/// <summary>The library's help, and the examples below it.</summary>
internal sealed class ExampleHelp : SynchronousCommandLineAction
{
    private readonly HelpAction _help = new();

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = _help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is ExampleCommand { Examples.Count: > 0 } command)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var (purpose, line) in command.Examples)
            {
                output.WriteLine($"  # {purpose}\n  {line}\n");
            }
        }

        return code;
    }
}

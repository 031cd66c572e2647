namespace Postcard.Commands;

internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;
}

/// <summary>Ends a command with exit code 1 and one line for the operator.</summary>
internal sealed class CommandException(string line) : Exception(line);

namespace Postcard.Tests.Deploy;

/// <summary>A block in curly brackets with its directives, as nginx and Caddy have them.</summary>
internal sealed class Block(string head)
{
    private readonly List<string> _directives = [];
    private readonly List<Block> _children = [];

    public IReadOnlyList<Block> Children => _children;

    public static Block ParseNginx(IEnumerable<string> lines) => Parse(lines, line =>
    {
        Assert.True(line[^1] is ';' or '{' or '}', line);
        return line.TrimEnd(';');
    });

    public static Block ParseCaddy(IEnumerable<string> lines) => Parse(lines, line => line);

    public Block Child(string named) => Assert.Single(_children, child => child.Head == named);

    public bool Has(string directive) => _directives.Any(line => line.StartsWith(directive + " ", StringComparison.Ordinal));

    /// <summary>What follows the directive's name, single blanks between the words.</summary>
    public string Value(string directive) => Assert.Single(_directives, line => line.StartsWith(directive + " ", StringComparison.Ordinal))[(directive.Length + 1)..];

    private string Head { get; } = head;

    private static Block Parse(IEnumerable<string> lines, Func<string, string> directive)
    {
        var open = new Stack<Block>([new("")]);
        foreach (var line in lines.Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0))
        {
            if (line.EndsWith('{'))
            {
                var block = new Block(line[..^1].Trim());
                open.Peek()._children.Add(block);
                open.Push(block);
            }
            else if (line == "}")
            {
                open.Pop();
                Assert.NotEmpty(open);
            }
            else
            {
                open.Peek()._directives.Add(string.Join(' ', directive(line).Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            }
        }

        return Assert.Single(open);
    }
}

using System.Text.RegularExpressions;

namespace Postcard.Tests.Support;

/// <param name="Language">As it stands behind the fence; empty for pictures.</param>
internal sealed record CodeBlock(string Language, string Text);

/// <summary>A README as tests read it.</summary>
internal sealed partial class Readme
{
    private readonly List<CodeBlock> _blocks = [];
    private readonly List<string> _prose = [];

    public Readme(string name)
    {
        List<string>? code = null;
        var language = "";
        foreach (var line in File.ReadAllLines(PathOf(name)))
        {
            if (!line.StartsWith("```", StringComparison.Ordinal))
            {
                (code ?? _prose).Add(line);
            }
            else if (code is null)
            {
                (code, language) = ([], line[3..]);
            }
            else
            {
                _blocks.Add(new(language, string.Join('\n', code)));
                code = null;
            }
        }

        Assert.Null(code);
    }

    public IReadOnlyList<CodeBlock> Blocks => _blocks;

    /// <summary>What is not code.</summary>
    public IReadOnlyList<string> Prose => _prose;

    public IEnumerable<string> Headings => _prose.Where(line => line.StartsWith('#'));

    /// <summary>The rows of all tables, heads and the lines below them left out.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows =>
        [.. _prose.Index().Where(line => IsRow(line.Item) && IsRow(_prose[line.Index - 1]) && !IsRule(line.Item)).Select(line => Cells(line.Item))];

    /// <summary>The lines of its shell blocks, those that go on below joined.</summary>
    public IEnumerable<string> Commands =>
        _blocks.Where(block => block.Language == "sh").SelectMany(block => block.Text.Replace("\\\n", "", StringComparison.Ordinal).Split('\n'));

    /// <summary>A document that lies beside the tests.</summary>
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Documents", name);

    /// <summary>What stands in backticks.</summary>
    public static IReadOnlyList<string> CodesIn(string text) => [.. Code().Matches(text).Select(match => match.Groups[1].Value)];

    private static bool IsRow(string line) => line.StartsWith('|');

    private static bool IsRule(string line) => line.StartsWith("|---", StringComparison.Ordinal);

    private static IReadOnlyList<string> Cells(string row) => [.. Pipe().Split(row)[1..^1].Select(cell => cell.Trim().Replace("\\|", "|", StringComparison.Ordinal))];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Pipe();
}

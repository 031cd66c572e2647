using System.Text;

namespace Postcard.Tests.Support;

/// <summary>A <c>curl</c> line, with the few options that documents need.</summary>
internal sealed class CurlCall
{
    private const string Server = "localhost:6060";

    private readonly List<(string Name, string Value)> _headers = [];
    private readonly List<(string Name, string Value)> _form = [];
    private string? _method;
    private string? _data;

    /// <param name="words">Without the program's name.</param>
    public CurlCall(IReadOnlyList<string> words)
    {
        for (var i = 0; i < words.Count; i++)
        {
            switch (words[i])
            {
                case "-s":
                    break;
                case "-X":
                    _method = words[++i];
                    break;
                case "-H":
                    _headers.Add(Pair(words[++i], ": "));
                    break;
                case "-d":
                    _data = words[++i];
                    break;
                case "-F":
                    _form.Add(Pair(words[++i], "="));
                    break;
                case "-o":
                    Output = words[++i];
                    break;
                default:
                    Assert.StartsWith(Server + "/", words[i]);
                    Assert.Null(Path);
                    Path = words[i][Server.Length..];
                    break;
            }
        }

        Assert.NotNull(Path);
        Assert.False(_data is not null && _form.Count > 0);
    }

    public string Path { get; }

    public string Method => _method ?? (_data is null && _form.Count == 0 ? "GET" : "POST");

    /// <summary>The file that the reply goes to.</summary>
    public string? Output { get; }

    /// <param name="file">The content of a file that the line names.</param>
    public Task<Reply> SendAsync(Phone phone, Func<string, byte[]> file) =>
        phone.SendAsync(new(Method), Path, _data is null ? Form(file) : new StringContent(_data, Encoding.UTF8, "application/x-www-form-urlencoded"), [.. _headers]);

    /// <summary>Splits a line as a shell does: quotes, <c>$NAME</c> outside of single ones, comments.</summary>
    public static IReadOnlyList<string> Words(string line, IReadOnlyDictionary<string, string> variables)
    {
        var (words, word, quote) = (new List<string>(), (StringBuilder?)null, '\0');
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote == '\0' && word is null && c == '#')
            {
                break;
            }

            if (quote == '\0' && c == ' ')
            {
                words.AddRange(word is null ? [] : [word.ToString()]);
                word = null;
                continue;
            }

            word ??= new();
            if (c == quote || (quote == '\0' && c is '\'' or '"'))
            {
                quote = c == quote ? '\0' : c;
            }
            else if (c == '$' && quote != '\'')
            {
                var name = string.Concat(line[(i + 1)..].TakeWhile(char.IsAsciiLetterUpper));
                word.Append(variables[name]);
                i += name.Length;
            }
            else
            {
                word.Append(c);
            }
        }

        Assert.True(quote == '\0', $"A quote is open: {line}");
        return word is null ? words : [.. words, word.ToString()];
    }

    private static (string, string) Pair(string text, string separator) =>
        text.Split(separator, 2) is [var name, var value] ? (name, value) : throw new FormatException($"No \"{separator}\" in {text}");

    private MultipartFormDataContent? Form(Func<string, byte[]> file)
    {
        if (_form.Count == 0)
        {
            return null;
        }

        var form = new MultipartFormDataContent();
        foreach (var (name, value) in _form)
        {
            if (value.StartsWith('@'))
            {
                form.Add(new ByteArrayContent(file(value[1..])), name, value[1..]);
            }
            else
            {
                form.Add(new StringContent(value), name);
            }
        }

        return form;
    }
}

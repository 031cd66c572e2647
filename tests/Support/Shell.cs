using Postcard.Commands;

namespace Postcard.Tests.Support;

/// <param name="Out">What a command wrote to standard output.</param>
/// <param name="Error">And to standard error.</param>
internal sealed record Outcome(int Code, string Out, string Error)
{
    public string[] OutLines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Asserts that it went well without a word on standard error.</summary>
    public Outcome Done()
    {
        Assert.Equal((0, ""), (Code, Error));
        return this;
    }

    /// <summary>Asserts that it failed with one line.</summary>
    public string Failed(int code = 1)
    {
        Assert.Equal(code, Code);
        var line = Assert.Single(ErrorLines, each => !each.StartsWith("Try: ", StringComparison.Ordinal));
        Assert.StartsWith("postcard: ", line);
        Assert.DoesNotContain("   at ", line);
        return line;
    }
}

/// <summary>Runs commands of the program in this process, in a temp folder and with variables of its own.</summary>
internal sealed class Shell : IDisposable
{
    /// <summary>Serves as in production, where <c>--dev</c> would first draw its templates.</summary>
    public static readonly string[] OnLoopback = ["--listen", "127.0.0.1", "--wechat-appid", "wx1", "--wechat-secret", "s1"];

    public TempFolder Folder { get; } = new();

    public Dictionary<string, string> Environment { get; } = [];

    public bool IsTerminal { get; set; }

    public async Task<Outcome> RunAsync(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(args, Around(output, error), TestContext.Current.CancellationToken);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Starts <c>serve</c> with these arguments and waits for its banner.</summary>
    public async Task<Serving> ServeAsync(params string[] args)
    {
        var serving = StartServing(args);
        await Task.WhenAny(serving.Out.Flushed, serving.Run);
        Assert.False(serving.Run.IsCompleted, serving.ErrorText);
        return serving;
    }

    /// <summary>The same without waiting.</summary>
    public Serving StartServing(params string[] args)
    {
        var serving = new Serving();
        serving.Run = Task.Run(() => CommandLine.RunAsync(["serve", "--port", "0", .. args], Around(serving.Out, serving.Error), serving.Stop.Token));
        return serving;
    }

    public void Dispose() => Folder.Dispose();

    private Surroundings Around(TextWriter output, TextWriter error) => new(Environment, output, error, Folder.Path, IsTerminal);
}

/// <summary>A <c>serve</c> that is up.</summary>
internal sealed class Serving : IAsyncDisposable
{
    private readonly StringWriter _error = new();

    public Serving() => Error = TextWriter.Synchronized(_error);

    public BannerWriter Out { get; } = new();

    public TextWriter Error { get; }

    public string ErrorText
    {
        get
        {
            // A synchronized writer locks itself, and its own ToString is its type's name.
            lock (Error)
            {
                return _error.ToString();
            }
        }
    }

    public CancellationTokenSource Stop { get; } = new();

    public Task<int> Run { get; set; } = null!;

    public string Banner => Out.ToString();

    public async Task<int> StopAsync()
    {
        await Stop.CancelAsync();
        return await Run;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Stop.Dispose();
    }
}

/// <summary>Tells when the banner is complete.</summary>
internal sealed class BannerWriter : StringWriter
{
    private readonly TaskCompletionSource _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Flushed => _flushed.Task;

    public override Task FlushAsync()
    {
        _flushed.TrySetResult();
        return Task.CompletedTask;
    }
}

namespace Postcard.Commands;

/// <summary>One line on a terminal that says how far something is, once it takes longer than a moment.</summary>
internal sealed class Progress(Surroundings around)
{
    private const string EraseLine = "\r\e[K";

    private static readonly TimeSpan UntilShown = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly long _started = TimeProvider.System.GetTimestamp();
    private long _shown;

    public void Show(Func<string> line)
    {
        var now = TimeProvider.System.GetTimestamp();
        if (around.IsTerminal && TimeProvider.System.GetElapsedTime(_started, now) > UntilShown && TimeProvider.System.GetElapsedTime(_shown, now) > Pause)
        {
            around.Error.Write(EraseLine + line());
            _shown = now;
        }
    }

    public void Clear()
    {
        if (_shown != 0)
        {
            around.Error.Write(EraseLine);
            _shown = 0;
        }
    }
}

namespace Postcard.WeChat;

/// <summary>Whether WeChat has let so many calls in a row go unanswered that others need not wait for the next one yet.</summary>
internal sealed class Silence(TimeProvider time)
{
    private const int Calls = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private int _unanswered;
    private long _latest;

    public bool Lasts => Volatile.Read(ref _unanswered) >= Calls && time.GetElapsedTime(Volatile.Read(ref _latest)) < Pause;

    /// <param name="answered">Whether WeChat said anything of its own, if only that it is busy.</param>
    public void Note(bool answered)
    {
        if (answered)
        {
            Volatile.Write(ref _unanswered, 0);
        }
        else
        {
            Volatile.Write(ref _latest, time.GetTimestamp());
            Interlocked.Increment(ref _unanswered);
        }
    }
}

namespace Postcard.Tests.Support;

/// <summary>For what the server does by itself, sooner or later.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Asks until the answer is the expected one.</summary>
    public static async Task EqualAsync<T>(T expected, Func<Task<T>> ask)
    {
        using var limit = new CancellationTokenSource(Patience);
        var answer = await ask();
        while (!Equals(expected, answer) && !limit.IsCancellationRequested)
        {
            await Task.Delay(Pause);
            answer = await ask();
        }

        Assert.Equal(expected, answer);
    }
}

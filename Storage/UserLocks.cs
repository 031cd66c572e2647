namespace Postcard.Storage;

/// <summary>
/// One change at a time to the media of a user: between a look at the records and the deletion of a file nobody else may start to need it.
/// Users share a fixed number of locks.
/// </summary>
internal sealed class UserLocks
{
    private const int Stripes = 256;

    private readonly SemaphoreSlim[] _stripes = [.. Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1, 1))];

    public async Task<Hold> EnterAsync(string uid)
    {
        var stripe = _stripes[string.GetHashCode(uid, StringComparison.Ordinal) & (Stripes - 1)];
        await stripe.WaitAsync();
        return new(stripe);
    }

    /// <summary>The default value holds nothing.</summary>
    public readonly struct Hold(SemaphoreSlim? stripe) : IDisposable
    {
        public void Dispose() => stripe?.Release();
    }
}

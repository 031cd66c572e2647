using System.Collections.Concurrent;
using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>Codes on their way from WeChat: each is fetched once for all who ask meanwhile, and few at a time, since WeChat draws 5,000 a minute at most.</summary>
internal sealed class CodeFetches
{
    private const int AtOnce = 4, Waiting = 64;

    private readonly ConcurrentDictionary<string, Lazy<Task<CodeFile?>>> _running = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _places = new(AtOnce, AtOnce);
    private int _waiting;

    /// <param name="key">What is fetched.</param>
    /// <param name="fetch">Not ended by one of those who wait for it.</param>
    /// <exception cref="Failure">503: too many wait already.</exception>
    public async Task<CodeFile?> OnceAsync(string key, Func<Task<CodeFile?>> fetch, CancellationToken cancel)
    {
        var running = _running.GetOrAdd(key, _ => new(() => RunAsync(key, fetch)));
        return await running.Value.WaitAsync(cancel);
    }

    private async Task<CodeFile?> RunAsync(string key, Func<Task<CodeFile?>> fetch)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > Waiting)
            {
                throw Failure.Busy();
            }

            await _places.WaitAsync();
            try
            {
                return await fetch();
            }
            finally
            {
                _places.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
            _running.TryRemove(key, out _);
        }
    }
}

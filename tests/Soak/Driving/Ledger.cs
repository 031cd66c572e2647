using System.Collections.Concurrent;

namespace Soak.Driving;

/// <param name="Contents">What may stand on the card: the last that was acknowledged, and those whose reply did not come.</param>
/// <param name="Picture">Path and SHA-256; null for none.</param>
/// <param name="MayBeGone">A deletion was sent and not acknowledged.</param>
internal sealed record Written(IReadOnlyList<string> Contents, (string Path, string Hash)? Picture, bool MayBeGone);

/// <summary>What a server has acknowledged.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, Written> _cards = new();
    private readonly ConcurrentDictionary<string, bool> _deleted = new();
    private int _count;

    /// <summary>Changes acknowledged.</summary>
    public int Acknowledged => _count;

    public int Records => _cards.Count + _deleted.Count;

    public void Add(string id, string content, (string Path, string Hash)? picture)
    {
        _cards[id] = new([content], picture, MayBeGone: false);
        Interlocked.Increment(ref _count);
    }

    public void Edit(string id, string content, bool acknowledged)
    {
        var card = _cards[id];
        _cards[id] = card with { Contents = acknowledged ? [content] : [.. card.Contents, content] };
        Interlocked.Add(ref _count, acknowledged ? 1 : 0);
    }

    public void Delete(string id, bool acknowledged)
    {
        if (acknowledged)
        {
            _cards.TryRemove(id, out _);
            _deleted[id] = true;
            Interlocked.Increment(ref _count);
        }
        else
        {
            _cards[id] = _cards[id] with { MayBeGone = true };
        }
    }

    /// <summary>Opens all that was acknowledged.</summary>
    /// <returns>What is not as it was acknowledged.</returns>
    public async Task<IReadOnlyList<string>> CheckAsync(Client client)
    {
        var lost = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(_cards, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (pair, _) =>
        {
            if (await WrongAsync(client, pair.Key, pair.Value) is { } wrong)
            {
                lost.Add(pair.Key);
                Console.Error.WriteLine($"card {pair.Key}: {wrong}");
            }
        });
        await Parallel.ForEachAsync(_deleted.Keys, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (id, _) =>
        {
            if ((int?)(await client.OpenAsync(id)).Status != 404)
            {
                lost.Add(id);
                Console.Error.WriteLine($"card {id}: deleted, and there");
            }
        });
        return [.. lost];
    }

    /// <returns>Null when all is as it was acknowledged.</returns>
    private static async Task<string?> WrongAsync(Client client, string id, Written written)
    {
        var answer = await client.OpenAsync(id);
        switch ((int?)answer.Status)
        {
            case 404 when written.MayBeGone:
                return null;
            case 200 when !written.Contents.Contains((string?)answer.Data!["content"]):
                return $"its text is \"{(string?)answer.Data["content"]}\", not \"{string.Join("\" or \"", written.Contents)}\"";
            case 200 when written.Picture is { } picture && await client.HashAsync(picture.Path) is var hash && hash != picture.Hash:
                return hash is null ? "its picture is gone" : "its picture is another one";
            case 200:
                return null;
            default:
                return $"{answer.Status?.ToString() ?? "no reply"}";
        }
    }
}

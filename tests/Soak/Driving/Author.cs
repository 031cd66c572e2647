namespace Soak.Driving;

/// <summary>Somebody who makes, changes and deletes cards without pause, and remembers what was acknowledged.</summary>
internal sealed class Author(Ledger ledger, string openId, int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<string> _own = [];
    private readonly byte[][] _pictures = [.. Enumerable.Range(0, 4).Select(i => Png.Make(160, 120, (seed * 4) + i))];
    private int _number;

    /// <summary>Refusals by their status; 0 for no reply.</summary>
    public Dictionary<int, int> Refusals { get; } = [];

    /// <summary>Works until <paramref name="stop"/>, or until the server does not answer any more.</summary>
    public async Task RunAsync(Client client, Func<bool> stop)
    {
        for (var login = await client.LogInAsync(openId); !login.Ok && !stop(); login = await client.LogInAsync(openId))
        {
            Note(login);
            if (login.Status is null)
            {
                return;
            }

            await Task.Delay(20);
        }

        while (!stop())
        {
            var answer = _own.Count < 5 ? await CreateAsync(client) : _random.Next(10) switch
            {
                < 5 => await CreateAsync(client),
                < 8 => await EditAsync(client),
                _ => await DeleteAsync(client),
            };
            if (!answer.Ok)
            {
                Note(answer);
                if (answer.Status is null)
                {
                    return;
                }

                await Task.Delay(20);
            }
        }
    }

    private async Task<Answer> CreateAsync(Client client)
    {
        var withPicture = _random.Next(2) == 0;
        if (withPicture && await client.UploadAsync(_pictures[_random.Next(_pictures.Length)]) is { Ok: false } refused)
        {
            return refused;
        }

        var content = $"{openId} {_number++} {new string('x', 1 + _random.Next(300))}";
        var answer = await client.CreateAsync("soak", content, withPicture);
        if (answer.Ok)
        {
            var id = (string)answer.Data!["id"]!;
            var path = (string?)answer.Data["image"];

            // The picture's hash counts from the first time that it was seen whole.
            var hash = path is null ? null : await client.HashAsync(path);
            ledger.Add(id, content, path is not null && hash is not null ? (path, hash) : null);
            _own.Add(id);
        }

        return answer;
    }

    private async Task<Answer> EditAsync(Client client)
    {
        var id = _own[_random.Next(_own.Count)];
        var content = $"{openId} {_number++} changed";
        var answer = await client.EditAsync(id, content);
        if (answer.Ok || answer.Status is null)
        {
            ledger.Edit(id, content, answer.Ok);
        }

        return answer;
    }

    private async Task<Answer> DeleteAsync(Client client)
    {
        var id = _own[_random.Next(_own.Count)];
        var answer = await client.DeleteAsync(id);
        if (answer.Ok || answer.Status is null)
        {
            ledger.Delete(id, answer.Ok);
            _own.Remove(id);
        }

        return answer;
    }

    private void Note(Answer answer)
    {
        var status = (int?)answer.Status ?? 0;
        Refusals[status] = Refusals.GetValueOrDefault(status) + 1;
    }
}

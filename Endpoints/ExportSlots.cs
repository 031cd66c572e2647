namespace Postcard.Endpoints;

/// <summary>Bounds the exports under way: one for a user, a few in all.</summary>
internal sealed class ExportSlots
{
    private const int AtOnce = 3;

    private readonly HashSet<string> _users = [];
    private readonly Lock _gate = new();

    /// <summary>False when there is none to be had now. Who got one gives it back by <see cref="Leave"/>.</summary>
    public bool TryEnter(string uid)
    {
        lock (_gate)
        {
            return _users.Count < AtOnce && _users.Add(uid);
        }
    }

    public void Leave(string uid)
    {
        lock (_gate)
        {
            _users.Remove(uid);
        }
    }
}

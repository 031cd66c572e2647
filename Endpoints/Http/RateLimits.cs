using System.Threading.RateLimiting;

namespace Postcard.Endpoints.Http;

/// <summary>What a call counts as. The numbers stand in <see cref="RateSettings"/>.</summary>
internal enum Rate
{
    /// <summary>Never limited.</summary>
    None,

    /// <summary>By address.</summary>
    Read,

    /// <summary>By user, and ten times as many by address.</summary>
    Write,

    /// <inheritdoc cref="Write"/>
    Upload,

    /// <summary>By address.</summary>
    Login,
}

/// <summary>
/// How often each may ask. A bucket holds as many calls as its period allows and fills up evenly: whoever was quiet may ask for all of them at once.
/// </summary>
internal sealed class RateLimits
{
    private const int Capacity = 16_384;
    private const int Crowds = 256;
    private const int UsersBehindAnAddress = 10;

    /// <summary>Seconds of reads that may come at once: an app that shows a list asks for all its pictures in one go.</summary>
    private const int ReadSeconds = 5;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly RateSettings _rates;
    private readonly RateTable<(Budget Budget, UInt128 Network)> _addresses;
    private readonly RateTable<(Budget Budget, string Uid)> _users;

    public RateLimits(RateSettings rates, TimeProvider time)
    {
        _rates = rates;
        _addresses = new(Capacity, client => Bucket(client.Budget), client => (client.Budget, Crowd(client.Network.GetHashCode())), time);
        _users = new(Capacity, client => Bucket(client.Budget), client => (client.Budget, $"{Crowd(client.Uid.GetHashCode())}"), time);
    }

    private enum Budget
    {
        Reads,
        Logins,
        RefusedTokens,
        UserWrites,
        UserUploads,
        AddressWrites,
        AddressUploads,
    }

    /// <summary>Addresses and users that are kept count of.</summary>
    public int Clients => _addresses.Count + _users.Count;

    /// <summary>Counts a call. The user goes first: one who calls too often does not use up what others at the address have.</summary>
    /// <param name="uid">Null or empty for strangers.</param>
    /// <exception cref="Failure">429.</exception>
    public void Admit(Rate rate, ClientAddress address, string? uid)
    {
        switch (rate)
        {
            case Rate.Read:
                Refuse(rate, Take(Budget.Reads, address));
                break;
            case Rate.Login:
                Refuse(rate, Take(Budget.Logins, address));
                break;
            case Rate.Write:
                Refuse(rate, string.IsNullOrEmpty(uid) ? null : _users.Take((Budget.UserWrites, uid)));
                Refuse(rate, Take(Budget.AddressWrites, address));
                break;
            case Rate.Upload:
                Refuse(rate, string.IsNullOrEmpty(uid) ? null : _users.Take((Budget.UserUploads, uid)));
                Refuse(rate, Take(Budget.AddressUploads, address));
                break;
        }
    }

    /// <summary>How long an address that sent too many tokens of nobody has to wait; null when it need not.</summary>
    public TimeSpan? WaitForTokens(ClientAddress address) => _addresses.Look((Budget.RefusedTokens, address.Bits));

    public void CountRefusedToken(ClientAddress address) => Take(Budget.RefusedTokens, address);

    /// <summary>The refusal of an address that guesses tokens.</summary>
    public static Failure TooManyTokens(TimeSpan wait) => TooOften("tokens", wait);

    private static Failure TooOften(string limit, TimeSpan wait)
    {
        EndpointMeter.CountRefused(limit);
        return Failure.RateLimited((int)Math.Max(1, Math.Ceiling(wait.TotalSeconds)));
    }

    private TimeSpan? Take(Budget budget, ClientAddress address) => _addresses.Take((budget, address.Bits));

    private static void Refuse(Rate rate, TimeSpan? wait)
    {
        if (wait is { } time)
        {
            throw TooOften(rate switch { Rate.Read => "reads", Rate.Login => "logins", Rate.Write => "writes", _ => "uploads" }, time);
        }
    }

    /// <summary>No address and no uid looks like this.</summary>
    private static UInt128 Crowd(int hash) => UInt128.MaxValue - (uint)(hash & (Crowds - 1));

    private TokenBucketRateLimiter Bucket(Budget budget) => budget switch
    {
        Budget.Reads => Bucket(_rates.ReadsPerSecond, TimeSpan.FromSeconds(1), ReadSeconds),
        Budget.Logins or Budget.RefusedTokens => Bucket(_rates.LoginsPerMinute, Minute),
        Budget.UserWrites => Bucket(_rates.WritesPerMinute, Minute),
        Budget.UserUploads => Bucket(_rates.UploadsPerMinute, Minute),
        Budget.AddressWrites => Bucket(_rates.WritesPerMinute * UsersBehindAnAddress, Minute),
        _ => Bucket(_rates.UploadsPerMinute * UsersBehindAnAddress, Minute),
    };

    private static TokenBucketRateLimiter Bucket(int calls, TimeSpan period, int periods = 1) => new(new()
    {
        AutoReplenishment = false,
        QueueLimit = 0,
        TokenLimit = calls * periods,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = period / calls,
    });
}

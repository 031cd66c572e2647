using System.Net;
using Microsoft.Extensions.Primitives;

namespace Postcard.Endpoints.Http;

/// <summary>The proxies in front of the server, whose word about their clients counts.</summary>
internal sealed class TrustedProxies(IEnumerable<string> addresses)
{
    /// <summary>Nobody has more proxies in a row; what stands to the left of these entries is not read.</summary>
    private const int MaxHops = 16;

    private readonly IPNetwork[] _networks = [.. addresses.Select(Parse)];

    public bool Contains(IPAddress address)
    {
        var normal = ClientAddress.Normal(address);
        return Array.Exists(_networks, network => network.Contains(normal));
    }

    /// <summary>
    /// The client behind a trusted peer. Each proxy adds to the right whom it was called by, so the entries count from the right up to the first that
    /// is no proxy of ours; whatever stands left of it was said by that one and may be a lie. What is no address ends the reading, too.
    /// </summary>
    public IPAddress ClientBehind(IPAddress peer, StringValues forwardedFor)
    {
        var (client, hops) = (peer, 0);
        for (var line = forwardedFor.Count - 1; line >= 0; line--)
        {
            var rest = forwardedFor[line].AsSpan();
            while (!rest.IsEmpty && hops++ < MaxHops)
            {
                var comma = rest.LastIndexOf(',');
                var entry = rest[(comma + 1)..].Trim();
                rest = comma < 0 ? default : rest[..comma];
                if (ClientAddress.Parse(entry) is not { } address)
                {
                    return client;
                }

                client = address;
                if (!Contains(address))
                {
                    return client;
                }
            }
        }

        return client;
    }

    private static IPNetwork Parse(string text)
    {
        var network = text.Contains('/') ? IPNetwork.Parse(text) : Single(IPAddress.Parse(text));
        return network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= 96
            ? new(network.BaseAddress.MapToIPv4(), network.PrefixLength - 96)
            : network;
    }

    private static IPNetwork Single(IPAddress address) => new(address, 8 * address.GetAddressBytes().Length);
}

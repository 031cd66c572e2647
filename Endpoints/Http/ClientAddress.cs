using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Postcard.Endpoints.Http;

/// <summary>
/// Where a request comes from, as far as limits and logs care: an IPv4 address, or the 64 bits of an IPv6 network, of which one
/// subscriber has all addresses.
/// </summary>
/// <param name="Bits">An IPv4 address in the low 32 bits, or the network in the high 64.</param>
internal readonly record struct ClientAddress(UInt128 Bits, bool IsV6)
{
    public static ClientAddress Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        if (length == 4)
        {
            return new(BinaryPrimitives.ReadUInt32BigEndian(bytes), IsV6: false);
        }

        return address.IsIPv4MappedToIPv6
            ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), IsV6: false)
            : new(new UInt128(BinaryPrimitives.ReadUInt64BigEndian(bytes), 0), IsV6: true);
    }

    /// <summary>What a log may hold of it: 24 bits of IPv4, 48 of IPv6, as a network such as <c>203.0.113.0/24</c>.</summary>
    public string Shortened
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, IsV6 ? Bits >> 80 << 80 : Bits >> 8 << 8);
            return IsV6 ? $"{new IPAddress(bytes)}/48" : $"{new IPAddress(bytes[12..])}/24";
        }
    }

    /// <summary>Reads an address as it stands in a forwarding header: bare, with a port, or in brackets. Null for anything else.</summary>
    public static IPAddress? Parse(ReadOnlySpan<char> text)
    {
        if (text.Length > 1 && text[0] == '[')
        {
            var end = text.IndexOf(']');
            text = end > 0 && (end == text.Length - 1 || text[end + 1] == ':') ? text[1..end] : default;
        }
        else if (text.Count(':') == 1)
        {
            text = text[..text.IndexOf(':')];
        }

        // IPAddress takes "1" for 0.0.0.1 and "0x7f.1" for loopback.
        return text.ContainsAny('.', ':') && !text.ContainsAnyExcept("0123456789abcdefABCDEF.:") && IPAddress.TryParse(text, out var address)
            ? Normal(address)
            : null;
    }

    /// <summary>An IPv4 address that came in IPv6 clothes as what it is.</summary>
    public static IPAddress Normal(IPAddress address) =>
        address.AddressFamily is AddressFamily.InterNetworkV6 && address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

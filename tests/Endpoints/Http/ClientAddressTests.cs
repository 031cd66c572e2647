using System.Net;
using Microsoft.Extensions.Primitives;
using Postcard.Endpoints.Http;

namespace Postcard.Tests.Endpoints.Http;

public sealed class ClientAddressTests
{
    private static readonly TrustedProxies Proxies = new(["127.0.0.1", "10.0.0.0/8", "fd00::/8"]);

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("6.6.6.6, 203.0.113.9", "203.0.113.9")]
    [InlineData("6.6.6.6,203.0.113.9 , 10.1.2.3", "203.0.113.9")]
    [InlineData("203.0.113.9:4711", "203.0.113.9")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("[2001:db8::7]", "2001:db8::7")]
    [InlineData("[2001:db8::7]:443, fd00::1", "2001:db8::7")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("203.0.113.9, ::ffff:10.0.0.1", "203.0.113.9")]
    [InlineData("10.0.0.5, 10.0.0.6", "10.0.0.5")]
    [InlineData("203.0.113.9, unknown, 10.0.0.6", "10.0.0.6")]
    [InlineData("unknown", "127.0.0.1")]
    [InlineData("_hidden, 1", "127.0.0.1")]
    [InlineData("203.0.113.9, ", "127.0.0.1")]
    [InlineData("[2001:db8::7", "127.0.0.1")]
    [InlineData("fe80::1%eth0", "127.0.0.1")]
    [InlineData("", "127.0.0.1")]
    public void ForwardedFor_OfATrustedPeer_NamesTheRightmostThatIsNoProxy(string header, string client) =>
        Assert.Equal(IPAddress.Parse(client), Proxies.ClientBehind(IPAddress.Loopback, header));

    [Fact]
    public void ForwardedFor_InSeveralHeaders_IsReadAsOne()
    {
        var headers = new StringValues(["6.6.6.6", "203.0.113.9, 10.0.0.1", "10.0.0.2"]);

        Assert.Equal(IPAddress.Parse("203.0.113.9"), Proxies.ClientBehind(IPAddress.Loopback, headers));
    }

    [Fact]
    public void ForwardedFor_OfEndlessProxies_IsNotReadToItsEnd()
    {
        var header = "203.0.113.9, " + string.Join(", ", Enumerable.Repeat("10.0.0.1", 5000));

        Assert.Equal(IPAddress.Parse("10.0.0.1"), Proxies.ClientBehind(IPAddress.Loopback, header));
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("10.200.1.1", true)]
    [InlineData("fd12::1", true)]
    [InlineData("127.0.0.2", false)]
    [InlineData("::1", false)]
    [InlineData("192.0.2.1", false)]
    public void Peer_IsTrusted_ByAddressOrNetwork(string peer, bool trusted) => Assert.Equal(trusted, Proxies.Contains(IPAddress.Parse(peer)));

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("203.0.113.9", "::ffff:203.0.113.9", true)]
    [InlineData("203.0.113.9", "203.0.113.8", false)]
    public void Addresses_OfOneSubscriber_CountAsOne(string one, string other, bool same) =>
        Assert.Equal(same, ClientAddress.Of(IPAddress.Parse(one)) == ClientAddress.Of(IPAddress.Parse(other)));

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.0/24")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.0/24")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48")]
    public void Address_InALog_IsShortened(string address, string shown) => Assert.Equal(shown, ClientAddress.Of(IPAddress.Parse(address)).Shortened);
}

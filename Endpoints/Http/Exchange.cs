using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Postcard.Endpoints.Http;

/// <summary>A connection's request state, used again for its next request.</summary>
internal sealed class Exchange(IFeatureCollection features)
{
    private IPAddress? _peer;
    private ClientAddress _peerAddress;
    private bool _peerIsProxy;

    public DefaultHttpContext Http { get; } = new(features);
    public bool Control { get; } = features.Get<ControlConnection>() is not null;

    /// <summary>Who asks: the peer, or whom a trusted proxy names.</summary>
    public ClientAddress ClientOf(TrustedProxies proxies)
    {
        if (_peer is null)
        {
            _peer = Http.Connection.RemoteIpAddress ?? IPAddress.None;
            _peerAddress = ClientAddress.Of(_peer);
            _peerIsProxy = proxies.Contains(_peer);
        }

        return _peerIsProxy ? ClientAddress.Of(proxies.ClientBehind(_peer, Http.Request.Headers["X-Forwarded-For"])) : _peerAddress;
    }
}

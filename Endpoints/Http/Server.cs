using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Postcard.Endpoints.Http;

/// <summary>Who the caller with this token is: a session's token or, where the settings accept it, an openid. Null when nobody's.</summary>
internal delegate ValueTask<Caller?> IdentityLookup(string token);

/// <summary>
/// The web server: Kestrel on TCP and on the control socket in the data directory. It is driven without the generic host and its
/// middleware: less work per request and at start, and nothing that logs requests.
/// </summary>
internal sealed class Server : IAsyncDisposable
{
    private static readonly TimeSpan LastWork = TimeSpan.FromSeconds(5);

    private readonly KestrelServer _kestrel;
    private readonly ControlSocket _control;
    private readonly Certificates? _certificates;

    private Server(KestrelServer kestrel, ControlSocket control, Certificates? certificates)
    {
        (_kestrel, _control, _certificates) = (kestrel, control, certificates);
    }

    /// <summary>Where TCP clients reach the server, <c>http://127.0.0.1:6060</c>; empty when only the control socket is served.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>Starts to serve. The caller holds the lock of the data directory: a socket that lies there is stale and is replaced.</summary>
    /// <param name="controlOnly">No TCP: the command line's way to use the same handlers while no server runs.</param>
    /// <exception cref="CertificateException">The certificate cannot be served.</exception>
    /// <exception cref="IOException">The port is in use (<see cref="AddressInUseException"/> inside), or the address is not this machine's.</exception>
    public static async Task<Server> StartAsync(
        App app, IReadOnlyList<Route> routes, IdentityLookup identity, ILoggerFactory loggers, bool controlOnly = false)
    {
        var certificates = controlOnly ? null : CertificatesOf(app, loggers);
        var control = ControlSocket.Open(app.Settings.Data);
        var options = Options(app.Settings);
        var services = certificates is null ? null : HttpsServices.Create(loggers);
        options.ApplicationServices = services!;
        options.Listen(control.EndPoint, listen => listen.Use(next => connection =>
        {
            connection.Features.Set(ControlConnection.Instance);
            return next(connection);
        }));
        if (!controlOnly)
        {
            Listen(options, app.Settings, listen => Configure(listen, certificates, app.Traffic));
        }

        // Inline: what a request writes is sent on the thread that wrote it, without a hop (a reply of 228 kB: 88 instead of 155 µs of CPU). "Unsafe"
        // is said of systems where handlers would run on the thread that polls the sockets; on Linux they run on the thread pool either way.
        // Without waiting for data first, an idle connection keeps a block of 4 KiB and each request saves a system call (12 instead of 16 µs).
        var transport = new SocketTransportFactory(
            new OptionsWrapper<SocketTransportOptions>(new() { UnsafePreferInlineScheduling = true, WaitForDataBeforeAllocatingBuffer = false }), loggers);
        var kestrel = new KestrelServer(new OptionsWrapper<KestrelServerOptions>(options), transport, loggers);
        var server = new Server(kestrel, control, certificates);
        try
        {
            app.Traffic.Add(routes);
            var application = new RequestLoop(app, new Router(routes), identity, loggers.CreateLogger<RequestLoop>());
            await kestrel.StartAsync(application, CancellationToken.None);
            control.Protect();
            server.Addresses = [.. kestrel.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses
                .Where(address => !address.StartsWith("http://unix:", StringComparison.Ordinal))];
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes no more connections and waits for the requests under way, until <paramref name="cancel"/> cuts them.</summary>
    public Task StopAsync(CancellationToken cancel) => _kestrel.StopAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _kestrel.StopAsync(now.Token);
        _kestrel.Dispose();
        _control.Dispose();
        _certificates?.Dispose();
    }

    private static Certificates? CertificatesOf(App app, ILoggerFactory loggers) => app.Settings switch
    {
        { Certificate: { } certificate, CertificateKey: var key } => new(certificate, key, app.Time, loggers.CreateLogger<Certificates>()),
        { CertificateKey: not null } => throw new CertificateException("certificateKey is set without certificate; name the certificate's file, too"),
        _ => null,
    };

    /// <summary>HTTP/2 is agreed on within TLS only; a port without TLS speaks HTTP/1.1, as every proxy does with it.</summary>
    private static void Configure(ListenOptions listen, Certificates? certificates, Traffic traffic)
    {
        listen.Use(next => async connection =>
        {
            traffic.Opened();
            try
            {
                await UntilGoneAsync(connection, next(connection));
            }
            finally
            {
                traffic.Closed();
            }
        });
        if (certificates is not null)
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(certificates.Handshake);
        }
    }

    /// <summary>
    /// Waits for a connection's work, and for 5 s at most once the connection is gone. Kestrel 10 forgets the work of about one in
    /// twenty HTTP/2 connections that reset streams as fast as they open them: its task never ends, and its place among
    /// <c>maxConnections</c> would never be free again.
    /// </summary>
    private static async Task UntilGoneAsync(ConnectionContext connection, Task work)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var closing = connection.ConnectionClosed.UnsafeRegister(_ => gone.TrySetResult(), null);
        if (await Task.WhenAny(work, gone.Task) != work)
        {
            await Task.WhenAny(work, Task.Delay(LastWork));
        }

        if (work.IsCompleted)
        {
            await work;
        }
    }

    private static void Listen(KestrelServerOptions options, Settings settings, Action<ListenOptions> configure)
    {
        switch (settings.Listen)
        {
            case null when !settings.Dev:
                options.ListenAnyIP(settings.Port, configure);
                break;
            case null or "localhost":
                options.Listen(IPAddress.Loopback, settings.Port, configure);
                break;
            default:
                options.Listen(IPAddress.Parse(settings.Listen), settings.Port, configure);
                break;
        }
    }

    private static KestrelServerOptions Options(Settings settings)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        var limits = options.Limits;
        limits.MaxConcurrentConnections = settings.MaxConnections;
        limits.MaxRequestBodySize = HttpLimits.MediaBytes + HttpLimits.DrainBytes;
        limits.MaxRequestHeadersTotalSize = HttpLimits.HeaderBytes;
        limits.MaxRequestHeaderCount = HttpLimits.HeaderCount;
        limits.MaxRequestLineSize = HttpLimits.RequestLineBytes;
        limits.RequestHeadersTimeout = HttpLimits.HeaderTime;
        limits.KeepAliveTimeout = HttpLimits.KeepAliveTime;
        limits.MinRequestBodyDataRate = new(HttpLimits.SlowBodyBytesPerSecond, HttpLimits.SlowBodyGrace);
        limits.MinResponseDataRate = new(HttpLimits.SlowBodyBytesPerSecond, HttpLimits.SlowBodyGrace);
        limits.MaxRequestBufferSize = HttpLimits.InputBytes;
        limits.Http2.MaxStreamsPerConnection = HttpLimits.Streams;
        limits.Http2.MaxRequestHeaderFieldSize = HttpLimits.HeaderBytes;
        limits.Http2.InitialStreamWindowSize = HttpLimits.StreamWindowBytes;
        limits.Http2.InitialConnectionWindowSize = HttpLimits.ConnectionWindowBytes;
        limits.Http2.KeepAlivePingDelay = HttpLimits.PingDelay;
        limits.Http2.KeepAlivePingTimeout = HttpLimits.PingTimeout;
        options.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http1);
        return options;
    }
}

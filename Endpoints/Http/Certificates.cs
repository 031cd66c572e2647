using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Postcard.Endpoints.Http;

/// <summary>The certificate cannot be served. The message says why, in a line for an operator.</summary>
internal sealed class CertificateException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// The certificate of HTTPS, from PEM files that are looked at again and again: who renews it replaces them, or the links to them, one after the
/// other. Until both fit together the one before is served.
/// </summary>
internal sealed partial class Certificates : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);

    private readonly string _certificate;
    private readonly string? _key;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _looking = new();
    private readonly ITimer _timer;
    private string _seen;
    private SslStreamCertificateContext _context;

    /// <param name="certificate">The certificate, and behind it the chain up to a root that clients know.</param>
    /// <param name="key">Null when the key is in the same file.</param>
    /// <exception cref="CertificateException"/>
    public Certificates(string certificate, string? key, TimeProvider time, ILogger<Certificates> log)
    {
        (_certificate, _key, _time, _log) = (certificate, key, time, log);
        (_seen, _context) = Load();
        _timer = time.CreateTimer(_ => Look(), null, LookInterval, LookInterval);
    }

    public TlsHandshakeCallbackOptions Handshake => new() { HandshakeTimeout = HandshakeTime, OnConnection = _ => new(Options()) };

    public void Dispose() => _timer.Dispose();

    private SslServerAuthenticationOptions Options() => new()
    {
        ServerCertificateContext = Volatile.Read(ref _context),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        AllowRenegotiation = false,
    };

    private void Look()
    {
        if (!_looking.TryEnter())
        {
            return;
        }

        try
        {
            var text = Read();
            if (text == _seen)
            {
                return;
            }

            // A pair that is broken now is tried again when it has changed.
            _seen = text;
            Volatile.Write(ref _context, Load().Context);
            LogReplaced(_context.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (CertificateException e)
        {
            LogKept(e.Message);
        }
        finally
        {
            _looking.Exit();
        }
    }

    private (string Text, SslStreamCertificateContext Context) Load()
    {
        var text = Read();
        var certificate = text.AsSpan(0, text.IndexOf('\0'));
        try
        {
            var leaf = X509Certificate2.CreateFromPem(certificate, text.AsSpan(certificate.Length + 1));
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificate);
            if (leaf.NotAfter.ToUniversalTime() < _time.GetUtcNow().UtcDateTime)
            {
                LogExpired(leaf.NotAfter.ToUniversalTime());
            }

            return (text, SslStreamCertificateContext.Create(leaf, chain, offline: true));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CertificateException($"the certificate {_certificate} and its key{(_key is null ? "" : $" {_key}")} do not work: {e.Message.Split('\n')[0].TrimEnd('.')}", e);
        }
    }

    /// <summary>Both files, with a zero between: a few kilobytes, and no time stamp to be fooled by.</summary>
    private string Read()
    {
        var certificate = Read(_certificate);
        return $"{certificate}\0{(_key is null ? certificate : Read(_key))}";
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{path} cannot be read: {(e is FileNotFoundException or DirectoryNotFoundException ? "it is not there" : e.Message.TrimEnd('.'))}", e);
        }
    }

    [LoggerMessage(LogLevel.Information, "A new certificate is served, valid until {Until:u}")]
    private partial void LogReplaced(DateTime until);

    [LoggerMessage(LogLevel.Error, "The certificate stays as it was: {Reason}")]
    private partial void LogKept(string reason);

    [LoggerMessage(LogLevel.Warning, "The certificate expired at {Until:u}")]
    private partial void LogExpired(DateTime until);
}

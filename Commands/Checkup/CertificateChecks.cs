using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Postcard.Commands.Checkup;

/// <summary>The certificate that this server itself speaks HTTPS with; a reverse proxy's is the proxy's business.</summary>
internal static class CertificateChecks
{
    private const string Check = "certificate";

    private static readonly TimeSpan Short = TimeSpan.FromDays(14);

    public static IEnumerable<Finding> Run(Settings settings, DateTimeOffset now)
    {
        if (settings.Certificate is not { } path)
        {
            return settings.CertificateKey is null ? [] : [Finding.Failed(Check, "certificateKey stands alone: name the certificate, too")];
        }

        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(path, settings.CertificateKey);
            return [.. Judge(certificate, settings.PublicUrl, now)];
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException) // the latter: the key is another certificate's
        {
            return [Finding.Failed(Check, $"{path} holds no certificate in PEM, or {settings.CertificateKey ?? path} not its private key: take fullchain.pem and privkey.pem of one issue")];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [Finding.Failed(Check, $"{(File.Exists(path) ? settings.CertificateKey ?? path : path)} cannot be read: it must be there, and readable by the service's user")];
        }
    }

    private static IEnumerable<Finding> Judge(X509Certificate2 certificate, string? publicUrl, DateTimeOffset now)
    {
        var (from, until) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
        var last = until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        yield return now < from ? Finding.Failed(Check, $"it is valid from {from:yyyy-MM-dd} on only: look at the clock, or have one issued")
            : now > until ? Finding.Failed(Check, $"it expired on {last}: renew it; the server takes the new file by itself")
            : until - now < Short ? Finding.Warning(Check, $"it expires on {last}: see why it was not renewed")
            : Finding.Ok(Check, $"valid until {last}");
        if (publicUrl is not null && new Uri(publicUrl).Host is var host && !certificate.MatchesHostname(host))
        {
            yield return Finding.Failed(Check, $"it is not for {host}, which publicUrl names: have one issued for that name");
        }
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Postcard.Commands.Checkup;
using Postcard.Tests.Support;

namespace Postcard.Tests.Commands.Checkup;

/// <summary>The checks that need another machine, time or certificate than the tests have.</summary>
public sealed class ChecksTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/srv/cards/data", "nfs4")]
    [InlineData("/srv/cards", "nfs4")]
    [InlineData("/srv/cards2", "ext4")]
    [InlineData("/srv/with blank/data", "xfs")]
    [InlineData("/srv/over", "btrfs")]
    [InlineData("/", "ext4")]
    public void Mount_OfAPath_IsTheInnermostAndLast(string path, string type)
    {
        string[] mountinfo =
        [
            "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
            "23 22 0:21 / /proc rw - proc proc rw",
            "40 22 0:40 / /srv/cards rw,relatime shared:9 master:1 - nfs4 host:/export rw",
            @"41 22 8:2 / /srv/with\040blank rw - xfs /dev/sdb1 rw",
            "42 22 8:3 / /srv/over rw - ext3 /dev/sdc1 rw",
            "43 22 8:4 / /srv/over rw - btrfs /dev/sdd1 rw",
        ];

        Assert.Equal(type, Mounts.Find(mountinfo, path)?.Type);
    }

    [Theory]
    [InlineData(0, "Ok")]
    [InlineData(59, "Ok")]
    [InlineData(-61, "Warning")]
    [InlineData(3600, "Warning")]
    public void Clock_BesideWeChats_IsWarnedOfFromAMinuteOn(int secondsOff, string grade) =>
        Assert.Equal(grade, MachineChecks.Time(Now.AddSeconds(secondsOff), Now).Grade.ToString());

    [Fact]
    public void Clock_OfAMachineWithoutBattery_Fails() => Assert.Equal(Grade.Failed, MachineChecks.Time(DateTimeOffset.UnixEpoch, null).Grade);

    [Theory]
    [InlineData(90, "cards.example.edu.cn", "Ok")]
    [InlineData(90, "deep.cards.example.edu.cn", "Ok Failed")]
    [InlineData(13, "cards.example.edu.cn", "Warning")]
    [InlineData(-1, "cards.example.edu.cn", "Failed")]
    public void Certificate_IsJudgedByTimeAndName(int daysLeft, string host, string grades)
    {
        var (certificate, key) = WriteCertificate("cards.example.edu.cn", Now.AddDays(-100), Now.AddDays(daysLeft));
        var settings = new Settings { Certificate = certificate, CertificateKey = key, PublicUrl = $"https://{host}" };

        Assert.Equal(grades, string.Join(' ', CertificateChecks.Run(settings, Now).Select(finding => finding.Grade)));
    }

    [Fact]
    public void Certificate_WithAnothersKey_Fails()
    {
        var (certificate, _) = WriteCertificate("a", Now.AddDays(-1), Now.AddDays(90));
        var (_, key) = WriteCertificate("b", Now.AddDays(-1), Now.AddDays(90));

        Assert.Equal(Grade.Failed, Assert.Single(CertificateChecks.Run(new Settings { Certificate = certificate, CertificateKey = key }, Now)).Grade);
    }

    [Fact]
    public void Certificate_ThatIsNone_OrNotThere_Fails() => Assert.All([_folder.Write("text", "no PEM"), _folder["missing"]], path =>
        Assert.Equal(Grade.Failed, Assert.Single(CertificateChecks.Run(new Settings { Certificate = path }, Now)).Grade));

    private (string Certificate, string Key) WriteCertificate(string name, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(from, until);
        return (_folder.Write($"{name}.pem", certificate.ExportCertificatePem()), _folder.Write($"{name}.key", key.ExportPkcs8PrivateKeyPem()));
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Text.Json;
using Postcard.Commands;
using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints.Http;

public sealed class HttpsTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly Authority _authority = new();
    private readonly ManualTime _time = new();
    private readonly List<string> _met = [];
    private PostcardServer _server = null!;
    private string _token = "";

    public async ValueTask InitializeAsync()
    {
        Write(_authority.Issue("first"));
        _server = await PostcardServer.StartAsync(new Settings { Certificate = _folder["chain.pem"], CertificateKey = _folder["key.pem"] }, _time);
        using var client = _authority.Client(HttpVersion.Version11, []);
        var code = _server.WeChat.Issue("code", "alice");
        using var reply = await client.PostAsync(At("/postcard/access"), new StringContent($$"""{"code":"{{code}}"}"""));
        _token = (await DataAsync(reply)).GetProperty("token").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Https_InBothVersions_ServesTheWholeLifeOfACard(int version)
    {
        using var client = Client(new(version, version == 1 ? 1 : 0));
        using var form = new MultipartFormDataContent { { new StringContent("image"), "type" }, { new ByteArrayContent(Samples.Picture()), "file", "f" } };
        using var upload = await client.PostAsync(At("/postcard/upload"), form, TestContext.Current.CancellationToken);
        Assert.Equal(800, (await DataAsync(upload)).GetProperty("width").GetInt32());
        using var made = await client.PostAsync(At("/postcard/card"), new StringContent("""{"title":"t","content":"c","img":true}"""), TestContext.Current.CancellationToken);
        var card = await DataAsync(made);
        Assert.Equal(new Version(version, version == 1 ? 1 : 0), made.Version);

        using var whole = await client.GetAsync(At(card.GetProperty("image").GetString()!), TestContext.Current.CancellationToken);
        var bytes = await whole.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        using var ranged = new HttpRequestMessage(HttpMethod.Get, At(card.GetProperty("image").GetString()!)) { Headers = { Range = new(100, 299) } };
        ranged.Version = client.DefaultRequestVersion;
        using var part = await client.SendAsync(ranged, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[100..300], await part.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal("CN=first", _met.Distinct().Single());
    }

    [Fact]
    public async Task Http2_BodyThatIsRefused_GetsTheReplyAndTheConnectionGoesOn()
    {
        using var client = Client(HttpVersion.Version20);
        for (var i = 0; i < 3; i++)
        {
            using var form = new MultipartFormDataContent { { new StringContent("image"), "type" }, { new ByteArrayContent(new byte[24 << 20]), "file", "f" } };
            using var upload = await client.PostAsync(At("/postcard/upload"), form, TestContext.Current.CancellationToken);
            Assert.Equal((HttpStatusCode)413, upload.StatusCode);
            Assert.Equal("too_large", (await JsonAsync(upload)).GetProperty("data").GetProperty("reason").GetString());
            Assert.False(upload.Headers.Contains("Connection"));
        }

        using var profile = await client.GetAsync(At("/postcard/access"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, profile.StatusCode);
        Assert.Equal("alice", (await DataAsync(profile)).GetProperty("openid").GetString());
    }

    [Fact]
    public async Task Http2_ManyRequestsAtOnce_AreAllAnswered()
    {
        using var client = Client(HttpVersion.Version20);
        var replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => client.GetAsync(At("/postcard/role"))));

        Assert.All(replies, reply => Assert.Equal(HttpStatusCode.OK, reply.StatusCode));
    }

    [Fact]
    public async Task Certificate_ThatIsReplaced_IsServedWithoutARestart()
    {
        var (chain, key) = _authority.Issue("second");
        _folder.Write("chain.pem", chain);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("CN=first", await MeetAsync());

        _folder.Write("key.pem", key);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("CN=second", await MeetAsync());

        _folder.Write("chain.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
        _time.Advance(TimeSpan.FromSeconds(10));
        File.Delete(_folder["key.pem"]);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("CN=second", await MeetAsync());
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
#pragma warning disable CS0618, SYSLIB0039 // that these are old is the point
    [InlineData(SslProtocols.Tls11, false)]
#pragma warning restore CS0618, SYSLIB0039
    public async Task Tls_BelowItsSecondMinorVersion_IsRefused(SslProtocols protocol, bool taken)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _server.Address.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(socket.GetStream(), false, (_, _, _, _) => true);
        var handshake = tls.AuthenticateAsClientAsync("localhost", null, protocol, checkCertificateRevocation: false);
        if (taken)
        {
            await handshake;
        }
        else
        {
            await Assert.ThrowsAnyAsync<Exception>(() => handshake);
        }
    }

    [Theory]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "no", "do not work")]
    [InlineData(null, "no", "it is not there")]
    public async Task Certificate_ThatDoesNotWork_IsAClearErrorAtStart(string? chain, string key, string message)
    {
        using var folder = new TempFolder();
        folder.Write("key.pem", key);
        var settings = new Settings { Certificate = chain is null ? folder["chain.pem"] : folder.Write("chain.pem", chain), CertificateKey = folder["key.pem"] };

        var fault = await Assert.ThrowsAsync<CertificateException>(() => PostcardServer.StartAsync(settings));
        Assert.Contains(message, StartFault.Describe(fault, settings));
    }

    [Fact]
    public async Task Key_OfAnotherCertificate_IsAClearErrorAtStart()
    {
        using var folder = new TempFolder();
        folder.Write("chain.pem", _authority.Issue("one").Chain);
        folder.Write("key.pem", _authority.Issue("other").Key);
        var settings = new Settings { Certificate = folder["chain.pem"], CertificateKey = folder["key.pem"] };

        await Assert.ThrowsAsync<CertificateException>(() => PostcardServer.StartAsync(settings));
        await Assert.ThrowsAsync<CertificateException>(() => PostcardServer.StartAsync(settings with { Certificate = null }));
    }

    private void Write((string Chain, string Key) pair)
    {
        _folder.Write("chain.pem", pair.Chain);
        _folder.Write("key.pem", pair.Key);
    }

    private Uri At(string path) => new(_server.Address, path);

    private HttpClient Client(Version version)
    {
        var client = _authority.Client(version, _met);
        client.DefaultRequestHeaders.Add("token", _token);
        return client;
    }

    private async Task<string> MeetAsync()
    {
        var met = new List<string>();
        using var client = _authority.Client(HttpVersion.Version20, met);
        using var reply = await client.GetAsync(At("/healthz"));
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        return met.Single();
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage reply) => JsonDocument.Parse(await reply.Content.ReadAsByteArrayAsync()).RootElement;

    private static async Task<JsonElement> DataAsync(HttpResponseMessage reply)
    {
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        return (await JsonAsync(reply)).GetProperty("data");
    }
}

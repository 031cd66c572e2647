using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Deploy;

/// <summary>The examples for reverse proxies pass on what the server needs and keep away what clients may not decide.</summary>
public sealed class ProxyTests
{
    private const string Host = "cards.example.edu.cn";

    [Theory]
    [InlineData("server", "127.0.0.1:6060")]
    [InlineData("keepalive", "32")]
    [InlineData("keepalive_timeout", "30s")]
    public void Nginx_Upstream_IsTheServer(string directive, string value) => Assert.Equal(value, Nginx().Child("upstream postcard").Value(directive));

    [Theory]
    [InlineData("proxy_pass", "http://postcard")]
    [InlineData("proxy_http_version", "1.1")]
    [InlineData("proxy_request_buffering", "off")]
    [InlineData("proxy_max_temp_file_size", "0")]
    [InlineData("proxy_set_header Connection", "\"\"")]
    [InlineData("proxy_set_header Host", "$host")]
    [InlineData("proxy_set_header X-Forwarded-For", "$remote_addr")]
    [InlineData("proxy_set_header X-Forwarded-Proto", "$scheme")]
    public void Nginx_Location_PassesOn(string directive, string value) => Assert.Equal(value, Https().Child("location /").Value(directive));

    [Fact]
    public void Nginx_Server_TakesTheLargestFormAndServesHttps()
    {
        var size = Https().Value("client_max_body_size");

        Assert.EndsWith("m", size);
        Assert.True(long.Parse(size[..^1]) * 1024 * 1024 > HttpLimits.MediaBytes);
        Assert.Equal(Host, Https().Value("server_name"));
        Assert.Equal("TLSv1.2 TLSv1.3", Https().Value("ssl_protocols"));
        Assert.Equal("404", Https().Child("location = /metrics").Value("return"));
        Assert.True(TimeSpan.FromSeconds(int.Parse(Nginx().Child("upstream postcard").Value("keepalive_timeout")[..^1])) < HttpLimits.KeepAliveTime);
    }

    [Fact]
    public async Task NginxItself_FindsNothingWrong()
    {
        const string Nginx = "/usr/sbin/nginx";
        Assert.SkipUnless(File.Exists(Nginx), "nginx is not installed.");
        using var folder = new TempFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={Host}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        var site = File.ReadAllText(PathOf("nginx.conf"))
            .Replace($"/etc/letsencrypt/live/{Host}/fullchain.pem", folder.Write("c.pem", certificate.ExportCertificatePem()), StringComparison.Ordinal)
            .Replace($"/etc/letsencrypt/live/{Host}/privkey.pem", folder.Write("k.pem", key.ExportPkcs8PrivateKeyPem()), StringComparison.Ordinal)
            .Replace("listen 443", "listen 44300", StringComparison.Ordinal).Replace("listen 80", "listen 44301", StringComparison.Ordinal)
            .Replace("[::]:443", "[::]:44300", StringComparison.Ordinal).Replace("[::]:80", "[::]:44301", StringComparison.Ordinal);
        var temp = string.Concat(((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(name => $"{name}_temp_path {folder.Path}/{name};"));
        var conf = folder.Write("nginx.conf", $"pid {folder.Path}/pid; error_log stderr; events {{}} http {{ access_log off; {temp} {site} }}");
        var (code, output) = await ToolRun.RunAsync(Nginx, "-t", "-c", conf, "-e", "stderr");

        Assert.True(code == 0, output);
        Assert.DoesNotContain("[warn]", output);
    }

    [Fact]
    public void Caddy_PassesOnAndKeepsAway()
    {
        var site = Block.ParseCaddy(File.ReadAllLines(PathOf("Caddyfile"))).Child(Host);

        Assert.Equal("/metrics", site.Value("@metrics path"));
        Assert.Equal("404", site.Value("respond @metrics"));
        var size = site.Child("request_body").Value("max_size");
        Assert.EndsWith("MiB", size);
        Assert.True(long.Parse(size[..^3]) * 1024 * 1024 > HttpLimits.MediaBytes);
        var transport = site.Child("reverse_proxy 127.0.0.1:6060").Child("transport http");
        Assert.True(TimeSpan.FromSeconds(int.Parse(transport.Value("keepalive")[..^1])) < HttpLimits.KeepAliveTime);
    }

    [Fact]
    public async Task CaddyItself_FindsNothingWrong()
    {
        const string Caddy = "/usr/bin/caddy";
        Assert.SkipUnless(File.Exists(Caddy), "Caddy is not installed.");
        using var home = new TempFolder();
        var (code, output) = await ToolRun.RunAsync("/usr/bin/env", $"HOME={home.Path}", Caddy, "validate", "--adapter", "caddyfile", "--config", PathOf("Caddyfile"));

        Assert.True(code == 0, output);
        Assert.DoesNotContain("\"warn\"", output);
    }

    private static string PathOf(string name) => Readme.PathOf("deploy/" + name);

    private static Block Nginx() => Block.ParseNginx(File.ReadAllLines(PathOf("nginx.conf")));

    private static Block Https() => Nginx().Children.Single(block => block.Has("ssl_certificate"));
}

using System.Diagnostics;

namespace Bench.Peers;

/// <summary>
/// nginx as Debian configures it (a worker per core, sendfile, tcp_nopush, no open_file_cache), without its access log and
/// without the limit of 1,000 requests per connection, both to its favour.
/// </summary>
internal sealed class Nginx : Server
{
    private readonly string _files;

    private Nginx(Process process, int port, string files) : base("nginx", process, port) => _files = files;

    /// <returns>Null when it is not installed.</returns>
    public static async Task<Nginx?> StartAsync(string directory, CancellationToken cancel)
    {
        if (Programs.Find("nginx", "/usr/sbin/nginx") is not { } program)
        {
            return null;
        }

        var port = FreePort();
        var files = Directory.CreateDirectory(Path.Combine(directory, "files")).FullName;
        var configuration = Path.Combine(directory, "nginx.conf");
        var log = Path.Combine(directory, "nginx.log");
        await File.WriteAllTextAsync(Path.Combine(files, "ready"), "ready", cancel);
        await File.WriteAllTextAsync(configuration, Configuration(directory, files, port), cancel);
        var process = Children.Start(program, ["-p", directory, "-c", configuration, "-e", Path.Combine(directory, "error.log")], log);
        var server = new Nginx(process, port, files);
        await server.WaitAsync("/ready", log, cancel);
        return server;
    }

    /// <summary>Puts a file where it is served at <c>/name</c>.</summary>
    public void Serve(string name, byte[] bytes)
    {
        var path = Path.Combine(_files, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    private static string Configuration(string directory, string files, int port) => $$"""
        {{(Environment.UserName is "root" ? "user root;" : "")}}
        worker_processes auto;
        daemon off;
        pid {{directory}}/nginx.pid;
        error_log {{directory}}/error.log;
        events { worker_connections 768; }
        http {
            sendfile on;
            tcp_nopush on;
            access_log off;
            keepalive_requests 1000000000;
            default_type application/octet-stream;
            types { application/json json; image/jpeg jpg; }
            client_body_temp_path {{directory}}/body;
            proxy_temp_path {{directory}}/proxy;
            fastcgi_temp_path {{directory}}/fastcgi;
            uwsgi_temp_path {{directory}}/uwsgi;
            scgi_temp_path {{directory}}/scgi;
            server {
                listen 127.0.0.1:{{port}};
                root {{files}};
            }
        }
        """;
}

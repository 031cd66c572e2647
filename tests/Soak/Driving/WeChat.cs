using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Soak.Driving;

internal enum Mood
{
    Well,
    Silent,
    Garbage,
    CutOff,
    Busy,
    ServerError,
    HangUp,
    EndlessReply,

    /// <summary>Texts pass, and all else is answered in JSON as by a gateway that knows no errcode.</summary>
    OddJson,
}

/// <summary>A WeChat on loopback whose codes are the openids themselves. It takes the text of every card for harmless.</summary>
internal sealed class WeChat : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();

    public WeChat()
    {
        _listener.Start(512);
        _ = AcceptAsync();
    }

    public string Api => $"http://{_listener.LocalEndpoint}";

    public Mood Mood { get; set; }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
                while (await reader.ReadLineAsync(_stop.Token) is { } request)
                {
                    var length = 0;
                    while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
                    {
                        length = header.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase) ? int.Parse(header[16..]) : length;
                    }

                    for (var read = 0; read < length;)
                    {
                        read += await reader.ReadAsync(new char[Math.Min(8192, length - read)], _stop.Token);
                    }

                    if (!await AnswerAsync(client.GetStream(), request.Split(' ')[1]))
                    {
                        return;
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
            {
                // The server went away: that is what it is killed for.
            }
        }
    }

    /// <returns>Whether the connection goes on.</returns>
    private async Task<bool> AnswerAsync(NetworkStream stream, string path)
    {
        switch (Mood)
        {
            case Mood.Silent:
                await Task.Delay(Timeout.Infinite, _stop.Token);
                return false;
            case Mood.Garbage:
                return await SendAsync(stream, "\0\u0001<html>", 200);
            case Mood.CutOff:
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"openid\":\"o"u8.ToArray(), _stop.Token);
                return false;
            case Mood.Busy:
                return await SendAsync(stream, """{"errcode":-1,"errmsg":"system error"}""", 200);
            case Mood.ServerError:
                return await SendAsync(stream, "oops", 502);
            case Mood.OddJson when !IsToken(path) && !path.Contains("msg_sec_check", StringComparison.Ordinal):
                return await SendAsync(stream, """{"status":"error"}""", 200);
            case Mood.HangUp:
                return false;
            case Mood.EndlessReply:
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n"u8.ToArray(), _stop.Token);
                for (var i = 0; i < 4096; i++)
                {
                    await stream.WriteAsync(new byte[65536], _stop.Token);
                }

                return false;
            default:
                return await SendAsync(stream, Reply(path), 200);
        }
    }

    private static string Reply(string path)
    {
        const string Code = "js_code=";
        var start = path.IndexOf(Code, StringComparison.Ordinal);
        return start >= 0 ? $$"""{"session_key":"k","openid":"{{path[(start + Code.Length)..].Split('&')[0]}}"}"""
            : IsToken(path) ? """{"access_token":"t","expires_in":7200}"""
            : """{"errcode":0,"errmsg":"ok","result":{"suggest":"pass","label":100},"trace_id":"t"}""";
    }

    private static bool IsToken(string path) => path.Contains("token", StringComparison.Ordinal) && !path.Contains('?');

    private async Task<bool> SendAsync(NetworkStream stream, string body, int status)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Type: text/plain\r\nContent-Length: {bytes.Length}\r\n\r\n"), _stop.Token);
        await stream.WriteAsync(bytes, _stop.Token);
        return true;
    }
}

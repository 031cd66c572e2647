using System.Net.Sockets;
using System.Text;
using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

/// <summary>Signals reach whole processes only, so these tests start some.</summary>
public sealed class SignalsTests : IAsyncLifetime
{
    private const int Interrupt = 2;
    private const int Terminate = 15;

    private readonly TempFolder _folder = new();
    private FakeWeChat _weChat = null!;
    private ServerProcess _server = null!;

    public async ValueTask InitializeAsync()
    {
        _weChat = await FakeWeChat.StartAsync();
        _server = await ServerProcess.StartAsync(_folder["data"], _weChat.Api);
    }

    public async ValueTask DisposeAsync()
    {
        _server.Dispose();
        await _weChat.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Terminate)]
    [InlineData(Interrupt)]
    public async Task Signal_ToAnIdleServer_EndsItWithZero(int signal)
    {
        _server.Signal(signal);

        Assert.Equal(0, await _server.ExitAsync());
    }

    [Fact]
    public async Task Terminate_WithARequestUnderWay_AnswersItFirst()
    {
        var gate = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        using var http = new HttpClient { BaseAddress = _server.Address };
        var reply = LogInAsync(http, _weChat.Script("slow", http =>
        {
            arrived.SetResult();
            return FakeWeChat.After(gate.Task, FakeWeChat.OpenId("oSlow"))(http);
        }));
        await arrived.Task;
        _server.Signal(Terminate);
        await UntilRefusedAsync();
        gate.SetResult();

        Assert.Contains("oSlow", await reply);
        Assert.Equal(0, await _server.ExitAsync());
    }

    [Fact]
    public async Task Terminate_WithAClientThatNeverEnds_EndsWithZeroAllTheSame()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_server.Address.Host, _server.Address.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync("POST /postcard/access HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"u8.ToArray(), TestContext.Current.CancellationToken);
        _server.Signal(Terminate);

        Assert.Equal(0, await _server.ExitAsync());
    }

    [Fact]
    public async Task Interrupt_Twice_EndsAtOnce()
    {
        var arrived = new TaskCompletionSource();
        using var http = new HttpClient { BaseAddress = _server.Address };
        var reply = LogInAsync(http, _weChat.Script("silent", http =>
        {
            arrived.SetResult();
            return _weChat.Silence(http);
        }));
        await arrived.Task;
        _server.Signal(Interrupt);
        await UntilRefusedAsync();
        _server.Signal(Interrupt);

        Assert.Equal(128 + Interrupt, await _server.ExitAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => reply);
    }

    private static async Task<string> LogInAsync(HttpClient http, string code)
    {
        using var reply = await http.PostAsync("/postcard/access", new StringContent($$"""{"code":"{{code}}"}""", Encoding.UTF8));
        return await reply.Content.ReadAsStringAsync();
    }

    /// <summary>A server that drains has closed its port.</summary>
    private async Task UntilRefusedAsync()
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(_server.Address.Host, _server.Address.Port, TestContext.Current.CancellationToken);
            }
            catch (SocketException)
            {
                return;
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}

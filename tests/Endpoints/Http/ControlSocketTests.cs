using Microsoft.Extensions.Logging.Abstractions;
using Postcard.Endpoints;
using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints.Http;

public sealed class ControlSocketTests
{
    private static readonly Route Admin = new("GET", "/admin", Guard.Admin, Body.None, call => Replies.OkAsync(call, new Text($"{call.Caller}", "")));

    [Fact]
    public async Task Request_ThroughTheSocket_CountsAsAnAdmins()
    {
        await using var server = await RouteServer.StartAsync(Admin);

        Assert.Equal(200, await StatusAsync(server.Data));
        Assert.Equal(401, (await server.GetAsync("/admin")).Status);
    }

    [Fact]
    public async Task Socket_ForOthers_CannotBeOpenedAndGoesWithTheServer()
    {
        string path, data;
        await using (var server = await RouteServer.StartAsync(Admin))
        {
            (path, data) = (ControlSocket.PathIn(server.Data), server.Data);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Assert.False(File.Exists(path));
        await Assert.ThrowsAnyAsync<Exception>(async () => await ControlSocket.ConnectAsync(data, CancellationToken.None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task Server_OnTheSocketOnly_WorksInAnyDirectoryAndOverAStaleSocket(int depth)
    {
        using var folder = new TempFolder();
        var data = folder[string.Join('/', Enumerable.Repeat("long", depth))];
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(ControlSocket.PathIn(data), "stale", TestContext.Current.CancellationToken);
        var app = new App(new Settings { Data = data }, null!, null!, null!, null!, TimeProvider.System);
        await using var server = await Server.StartAsync(app, [Admin], _ => default, NullLoggerFactory.Instance, controlOnly: true);

        Assert.Empty(server.Addresses);
        Assert.Equal(200, await StatusAsync(data));
    }

    [Fact]
    public async Task Server_OnAPortInUse_SaysSoAndLeavesNoSocket()
    {
        await using var first = await RouteServer.StartAsync(Admin);
        using var folder = new TempFolder();
        var app = new App(new Settings { Data = folder.Path, Listen = "127.0.0.1", Port = first.Address.Port }, null!, null!, null!, null!, TimeProvider.System);

        var e = await Assert.ThrowsAnyAsync<IOException>(() => Server.StartAsync(app, [Admin], _ => default, NullLoggerFactory.Instance));

        Assert.IsType<Microsoft.AspNetCore.Connections.AddressInUseException>(e.InnerException);
        Assert.False(File.Exists(ControlSocket.PathIn(folder.Path)));
    }

    private static async Task<int> StatusAsync(string data)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancel) => ControlSocket.ConnectAsync(data, cancel) });
        using var response = await http.GetAsync(new Uri("http://postcard/admin"));
        return (int)response.StatusCode;
    }
}

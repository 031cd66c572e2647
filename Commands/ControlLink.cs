using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Commands;

/// <summary>
/// HTTP with the server of a data directory through its control socket. Where none runs, the server is started within this
/// process for as long as the link lives, under the same lock and on that socket only: commands have one way to work.
/// </summary>
internal sealed class ControlLink : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>A server that starts or stops holds the lock without its socket; recovery of a large log takes seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly string _data;
    private readonly ILoggerFactory _loggers;
    private readonly Service? _own;

    private ControlLink(Settings settings, ILoggerFactory loggers, Service? own)
    {
        (_data, _loggers, _own) = (settings.Data, loggers, own);
        Http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = (_, cancel) => ControlSocket.ConnectAsync(settings.Data, cancel),
            UseProxy = false,
        })
        {
            BaseAddress = new Uri("http://localhost/"),
            Timeout = TimeSpan.FromMinutes(10),
            DefaultRequestHeaders = { { "Accept-Language", "en" } },
        };
    }

    public HttpClient Http { get; }

    /// <summary>Whether the server is this process.</summary>
    public bool IsOwn => _own is not null;

    /// <summary>Whether a server takes connections now.</summary>
    public Task<bool> IsServedAsync(CancellationToken cancel) => IsServedAsync(_data, cancel);

    /// <exception cref="CommandException">The data directory cannot be used, or its server not be reached.</exception>
    public static async Task<ControlLink> OpenAsync(Settings settings, Surroundings around, CancellationToken cancel)
    {
        var loggers = PlainLog.Create(around.Error, TimeProvider.System, LogLevel.Warning);
        try
        {
            var own = await FindOrStartAsync(settings, loggers, cancel);
            return new ControlLink(settings, loggers, own);
        }
        catch
        {
            loggers.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_own is not null)
        {
            // Other commands may have found this server and ask it something.
            using var limit = new CancellationTokenSource(Patience);
            await _own.StopAsync(limit.Token);
            await _own.DisposeAsync();
        }

        _loggers.Dispose();
    }

    /// <returns>Null when a server runs already.</returns>
    private static async Task<Service?> FindOrStartAsync(Settings settings, ILoggerFactory loggers, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await IsServedAsync(settings.Data, cancel))
        {
            CheckOwner(settings.Data);
            try
            {
                return await Service.StartAsync(settings, loggers, TimeProvider.System, controlOnly: true);
            }
            catch (DataDirectoryInUseException) when (TimeProvider.System.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(Pause, cancel);
            }
            catch (DataDirectoryInUseException)
            {
                throw new CommandException($"the data directory {settings.Data} is in use by a server that cannot be reached through its control socket");
            }
            catch (Exception e) when (StartFault.Describe(e, settings) is { } line)
            {
                throw new CommandException(line);
            }
        }

        return null;
    }

    /// <summary>Root may do all, but what it wrote here the service could not open.</summary>
    private static void CheckOwner(string data)
    {
        if (Posix.StatusOf(Path.Combine(data, "postcard.db")) is { } database && database.Owner != Posix.User)
        {
            throw new CommandException($"the data directory {data} belongs to another user; start its server first, or run this as that user");
        }
    }

    private static async Task<bool> IsServedAsync(string data, CancellationToken cancel)
    {
        try
        {
            await using var probe = await ControlSocket.ConnectAsync(data, cancel);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AccessDenied)
        {
            throw new CommandException($"the data directory {data} belongs to another user; run this as that user");
        }
        catch (Exception e) when (e is SocketException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}

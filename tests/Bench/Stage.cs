namespace Bench;

/// <summary>The servers of one run and the material that they share; stops and deletes all of it at the end.</summary>
internal sealed class Stage(Options options, CancellationToken cancel) : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("postcard-bench-");
    private readonly List<PostcardServer> _servers = [];
    private readonly Dictionary<Type, Task> _material = [];

    public Options Options { get; } = options;
    public CancellationToken Cancel { get; } = cancel;
    public Contest Contest { get; } = new(options);
    public PostcardServer Postcard => _servers[0];
    public PocketBase? PocketBase { get; private set; }
    public Nginx? Nginx { get; private set; }

    public async Task StartAsync()
    {
        await StartPostcardAsync("postcard");
        if (Options.Peers)
        {
            Nginx = await Nginx.StartAsync(Folder("nginx"), Cancel);
            PocketBase = await PocketBase.StartAsync(Options.PocketBase, Folder("pocketbase"), Cancel);
        }
    }

    /// <summary>One more server of ours, with a store of its own.</summary>
    public async Task<PostcardServer> StartPostcardAsync(string name)
    {
        var server = await PostcardServer.StartAsync(Options.Server, Folder(name), Cancel);
        _servers.Add(server);
        return server;
    }

    /// <summary>Material that several works share, made when the first of them asks.</summary>
    public async Task<T> OnceAsync<T>(Func<Stage, Task<T>> make)
    {
        if (!_material.TryGetValue(typeof(T), out var material))
        {
            _material[typeof(T)] = material = make(this);
        }

        return await (Task<T>)material;
    }

    public string Folder(string name) => _directory.CreateSubdirectory(name).FullName;

    /// <summary>A contestant that sends these requests over and over; none at all when the server is not there.</summary>
    public Contestant Sender(string name, Server? server, double target, byte[][] requests, Func<ReadOnlyMemory<byte>, bool> inspect, int? connections = null) =>
        new(name, server, target, server is null ? null : time => Load.ForAsync(
            new(server.Address, requests, connections ?? Options.Connections) { Inspect = inspect }, time, Cancel));

    public async ValueTask DisposeAsync()
    {
        foreach (var server in new Server?[] { PocketBase, Nginx }.Concat(_servers).OfType<Server>())
        {
            await server.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }
}

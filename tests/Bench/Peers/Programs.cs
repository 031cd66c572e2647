namespace Bench.Peers;

internal static class Programs
{
    /// <summary>Finds a program in <c>PATH</c> or at one of the usual <paramref name="places"/>.</summary>
    public static string? Find(string name, params string[] places) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .Concat(places)
            .FirstOrDefault(File.Exists);
}

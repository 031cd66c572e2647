namespace Release;

internal static class BundleChecks
{
    private const long MaxBytes = 60_000_000;

    /// <summary>Alone in its folder, small enough, with the two native libraries of its own architecture and no other.</summary>
    public static void Check(string program)
    {
        var beside = Directory.GetFileSystemEntries(Path.GetDirectoryName(Path.GetFullPath(program))!);
        Checks.That(beside.Length == 1, $"beside {program} lie {string.Join(", ", beside)}");
        Check(program, File.ReadAllBytes(program));
    }

    public static void Check(string name, byte[] program)
    {
        var machine = Bundle.Machine(program);
        Checks.That(program.Length <= MaxBytes, $"{name} has {program.Length:N0} bytes, more than {MaxBytes:N0}");
        var natives = Bundle.Read(program).Where(file => file.Machine is not null).ToList();
        Checks.Equal("libmp3lame.so.0 libvips.so.42", string.Join(' ', natives.Select(file => file.Name).Order(StringComparer.Ordinal)),
            $"the native libraries in {name}");
        Checks.That(natives.All(file => file.Machine == machine), $"{name} holds a library for another architecture");
        Checks.Passed($"{name}: {program.Length / 1e6:F1} MB, ELF machine {machine}, with libvips and libmp3lame for it");
    }
}

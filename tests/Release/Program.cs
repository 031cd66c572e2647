using Release;

// Checks what is released, on the files themselves; run by .ci/run.
//   pack DIR      runs publish.ps1 in this process, into DIR, and checks what it made
//   smoke FILE    runs the published program where nothing but glibc is, and drives it over HTTP
try
{
    switch (args)
    {
        case ["pack", var directory]:
            Packing.Run(Path.GetFullPath(directory));
            return 0;

        case ["smoke", var program]:
            BundleChecks.Check(program);
            await Smoke.RunAsync(Path.GetFullPath(program));
            return 0;

        default:
            Console.Error.WriteLine("Usage: pack DIR | smoke FILE");
            return 2;
    }
}
catch (CheckFailedException failure)
{
    Console.Error.WriteLine($"FAILED: {failure.Message}");
    return 1;
}

namespace Postcard.Commands.Checkup;

/// <summary>The clock, and the bound of open files.</summary>
internal static class MachineChecks
{
    private const string Clock = "clock", OpenFiles = "open files";

    /// <summary>Connections aside: the store, libraries, files being read and written.</summary>
    private const int OtherFiles = 512;

    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(60);

    // Before this version was made; past what a certificate or a session can mean.
    private static readonly DateTimeOffset Earliest = new(2025, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="theirs">What WeChat's servers take for the time; null when they did not say.</param>
    public static Finding Time(DateTimeOffset now, DateTimeOffset? theirs)
    {
        if (now < Earliest || now > Latest)
        {
            return Finding.Failed(Clock, $"it says {now:yyyy-MM-dd}: set it, and switch on time synchronisation (timedatectl set-ntp true)");
        }

        if (theirs is null)
        {
            return Finding.Ok(Clock, $"{now:yyyy-MM-dd HH:mm:ss} UTC; nothing to compare it with");
        }

        var off = (now - theirs.Value).Duration();
        return off > Tolerance
            ? Finding.Warning(Clock, $"it is {(long)off.TotalSeconds} s {(now > theirs ? "ahead of" : "behind")} WeChat's: switch on time synchronisation (timedatectl set-ntp true)")
            : Finding.Ok(Clock, $"{now:yyyy-MM-dd HH:mm:ss} UTC, as WeChat's");
    }

    public static Finding FileLimit(int maxConnections, RunningServer? server)
    {
        var (limit, whose) = server?.OpenFileLimit() is { } known ? (known, "the server's") : (Posix.OpenFileLimit(), "here");
        var wanted = maxConnections + OtherFiles;
        return limit >= wanted
            ? Finding.Ok(OpenFiles, $"{limit} {whose}, {maxConnections} connections at most")
            : Finding.Failed(OpenFiles, $"{limit} {whose} is too little for {maxConnections} connections: set LimitNOFILE={4 * wanted} in the unit, or lower maxConnections");
    }
}

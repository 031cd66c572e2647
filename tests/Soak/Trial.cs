namespace Soak;

/// <param name="Tried">What was done to the server.</param>
/// <param name="Times">How often.</param>
/// <param name="Checked">How much of what it had acknowledged was looked at afterwards.</param>
/// <param name="Lost">How much of that was not as acknowledged.</param>
/// <param name="Seen">What was measured.</param>
internal sealed record Row(string Tried, long Times, long Checked, long Lost, string Seen = "");

internal abstract class Trial(string name)
{
    public static IReadOnlyList<Trial> All { get; } =
        [new DiskFull(), new ClockJumps(), new WeChatTrouble(), new Connections(), new Kills(), new KilledCommands(), new KilledUpgrades(), new Cycles()];

    public string Name { get; } = name;

    public abstract Task<IReadOnlyList<Row>> RunAsync(Stage stage);
}

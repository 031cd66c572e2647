using System.Runtime.InteropServices;

namespace Postcard.Commands;

/// <summary>
/// SIGTERM and SIGINT as a cancellation. A second SIGINT ends the process at once. Who is not done after <see cref="Patience"/> is
/// ended too: what was acknowledged is on disk at any moment.
/// </summary>
internal sealed class Signals : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(9.5);

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private Timer? _deadline;

    public Signals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
    ];

    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _deadline?.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (_stop.IsCancellationRequested && context.Signal is PosixSignal.SIGINT)
        {
            return; // the default action ends the process
        }

        context.Cancel = true;
        _deadline ??= new Timer(_ => Environment.Exit(ExitCode.Done), null, Patience, Timeout.InfiniteTimeSpan);
        _stop.Cancel();
    }
}

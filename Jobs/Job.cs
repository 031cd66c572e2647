using System.Runtime.InteropServices;

namespace Postcard.Jobs;

/// <summary>Work in the background, one step after the other until it is disposed of. A step that fails ends nothing but itself.</summary>
internal abstract class Job(TimeProvider time) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    protected CancellationToken Stopping => _stop.Token;

    /// <summary>Stops the step under way, which the next start of the server begins anew.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    /// <summary>For the end of a constructor.</summary>
    protected void Begin() => _running = Task.Run(RunAsync);

    /// <returns>How long until the next step.</returns>
    protected abstract Task<TimeSpan> StepAsync();

    /// <summary>Tells that a step failed.</summary>
    /// <returns>How long until the next step.</returns>
    protected abstract TimeSpan Failed(Exception e);

    protected bool IsStop(Exception e) => e is OperationCanceledException && _stop.IsCancellationRequested;

    /// <summary>What failed, without the message: it may hold a path, and so a user's id.</summary>
    protected static string ReasonOf(Exception e) => e switch
    {
        Storage.StorageFullException => "no space",
        IOException { HResult: > 0 and <= ushort.MaxValue and var errno } => Marshal.GetPInvokeErrorMessage(errno),
        _ => e.GetType().Name,
    };

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(await TryAsync(), time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task<TimeSpan> TryAsync()
    {
        try
        {
            return await StepAsync();
        }
        catch (Exception e) when (!IsStop(e))
        {
            // Whatever it was: if this ended, its work would stop without a word.
            return Failed(e);
        }
    }
}

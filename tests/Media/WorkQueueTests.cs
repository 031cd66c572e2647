using Postcard.Media;

namespace Postcard.Tests.Media;

public sealed class WorkQueueTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_QueueIsFull_IsBusyAndTheRestRuns()
    {
        using var queue = new WorkQueue("test", threads: 1, capacity: 2, budgetBytes: 10);
        using var blocked = new Blocked(queue, bytes: 1);
        await blocked.Running;
        Task<int> first = queue.RunAsync(1, () => 1, Token), second = queue.RunAsync(1, () => 2, Token);
        var refused = await Assert.ThrowsAsync<MediaException>(() => queue.RunAsync(1, () => 3, Token));
        Assert.Equal(MediaFault.Busy, refused.Fault);
        blocked.Release();
        Assert.Equal(3, await first + await second);
    }

    [Fact]
    public async Task RunAsync_BudgetIsTaken_WaitsInOrder()
    {
        using var queue = new WorkQueue("test", threads: 3, capacity: 10, budgetBytes: 10);
        using var blocked = new Blocked(queue, bytes: 6);
        await blocked.Running;
        var order = new List<int>();
        Task<int> large = queue.RunAsync(9, () => Note(1), Token), small = queue.RunAsync(1, () => Note(2), Token);
        Assert.False(large.IsCompleted || small.IsCompleted);
        blocked.Release();
        await Task.WhenAll(large, small);
        Assert.Equal([1, 2], order.Order());

        int Note(int number)
        {
            lock (order)
            {
                order.Add(number);
            }

            return number;
        }
    }

    [Fact]
    public async Task RunAsync_CancelledWhileWaiting_NeverRunsAndMakesRoom()
    {
        using var queue = new WorkQueue("test", threads: 1, capacity: 1, budgetBytes: 10);
        using var blocked = new Blocked(queue, bytes: 1);
        await blocked.Running;
        using var cancel = new CancellationTokenSource();
        var ran = false;
        var waiting = queue.RunAsync(1, () => ran = true, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var next = queue.RunAsync(1, () => 5, Token);
        blocked.Release();
        Assert.Equal(5, await next);
        Assert.False(ran);
    }

    [Fact]
    public async Task RunAsync_HeadIsCancelled_WhatFitsBehindItStarts()
    {
        using var queue = new WorkQueue("test", threads: 2, capacity: 5, budgetBytes: 10);
        using var blocked = new Blocked(queue, bytes: 6);
        await blocked.Running;
        using var cancel = new CancellationTokenSource();
        Task<int> large = queue.RunAsync(9, () => 1, cancel.Token), small = queue.RunAsync(1, () => 2, Token);
        await cancel.CancelAsync();
        Assert.Equal(2, await small);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
    }

    [Fact]
    public async Task RunAsync_JobFails_FailureIsTheCallersAndTheThreadGoesOn()
    {
        using var queue = new WorkQueue("test", threads: 1, capacity: 5, budgetBytes: 10);
        await Assert.ThrowsAsync<InvalidDataException>(() => queue.RunAsync<int>(10, () => throw new InvalidDataException(), Token));
        Assert.Equal(7, await queue.RunAsync(10, () => 7, Token));
    }

    [Fact]
    public async Task Dispose_JobsWait_TheyAreCancelled()
    {
        var queue = new WorkQueue("test", threads: 1, capacity: 5, budgetBytes: 10);
        using var blocked = new Blocked(queue, bytes: 1);
        await blocked.Running;
        var waiting = queue.RunAsync(1, () => 1, Token);
        queue.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    /// <summary>A job that holds its thread and its bytes until it is let go.</summary>
    private sealed class Blocked : IDisposable
    {
        private readonly ManualResetEventSlim _go = new();
        private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _job;

        public Blocked(WorkQueue queue, long bytes) => _job = queue.RunAsync(
            bytes,
            () =>
            {
                _running.SetResult();
                _go.Wait(Token);
                return 0;
            },
            Token);

        public Task Running => Task.WhenAny(_running.Task, _job);

        public void Release() => _go.Set();

        public void Dispose() => Release();
    }
}

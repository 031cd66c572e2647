using Postcard.Endpoints;
using Postcard.Endpoints.Http;

namespace Postcard.Tests.Endpoints;

public sealed class UploadGateTests
{
    [Fact]
    public void Uploads_ThatTogetherWouldPassTheFloor_AreRefusedOneByOne()
    {
        var gate = new UploadGate(() => 1000, floorBytes: 100);
        using var first = gate.Enter("a", 500);
        var second = gate.Enter("a", 400);
        var refused = Assert.Throws<Failure>(() => gate.Enter("z", 1));
        Assert.Equal((507, "storage_full"), (refused.Status, refused.Reason));
        Assert.True(gate.HasSpace);

        second.Dispose();
        gate.Enter("a", 400).Dispose();
        Assert.Equal(1, gate.Open);
    }

    [Fact]
    public void Upload_BelowTheFloor_IsRefusedWhateverItsSize()
    {
        var gate = new UploadGate(() => 99, floorBytes: 100);

        Assert.Equal("storage_full", Assert.Throws<Failure>(() => gate.Enter("a", 0)).Reason);
        Assert.Equal((0, false), (gate.Open, gate.HasSpace));
    }

    [Fact]
    public void Uploads_OverTheBound_AreToldToComeBack()
    {
        var gate = new UploadGate(() => long.MaxValue, floorBytes: 0);
        var open = Enumerable.Range(0, UploadGate.Capacity).Select(number => gate.Enter($"{number}", 1)).ToList();
        var refused = Assert.Throws<Failure>(() => gate.Enter("z", 1));

        Assert.Equal((503, "busy"), (refused.Status, refused.Reason));
        Assert.NotNull(refused.RetryAfterSeconds);
        open[0].Dispose();
        gate.Enter("z", 1).Dispose();
    }

    [Fact]
    public void Uploads_OfOneUser_LeaveRoomForOthers()
    {
        var gate = new UploadGate(() => long.MaxValue, floorBytes: 0);
        var own = Enumerable.Range(0, UploadGate.CapacityOfUser).Select(_ => gate.Enter("a", 1)).ToList();

        Assert.Equal((503, "busy"), (Assert.Throws<Failure>(() => gate.Enter("a", 1)).Status, Assert.Throws<Failure>(() => gate.Enter("a", 1)).Reason));
        gate.Enter("b", 1).Dispose();
        own[0].Dispose();
        gate.Enter("a", 1).Dispose();
    }
}

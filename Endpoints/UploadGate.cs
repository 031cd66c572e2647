namespace Postcard.Endpoints;

/// <summary>
/// Who may send a file now. Each upload on its way has the disk it may take set aside, so that many at once do not fill what each of them found
/// free; what is half written counts twice meanwhile, which also leaves room for what is made of it.
/// </summary>
/// <param name="floorBytes">Free disk below which uploads stop, while there is still room for records.</param>
internal sealed class UploadGate(Func<long> freeBytes, long floorBytes)
{
    /// <summary>Bodies that are received at once, at up to 300 KB of memory each.</summary>
    public const int Capacity = 96;

    private long _reserved;
    private int _open;

    public int Open => Volatile.Read(ref _open);

    public bool IsFull => Open >= Capacity;

    /// <summary>Whether the disk has more than the floor below which uploads stop.</summary>
    public bool HasSpace => freeBytes() >= floorBytes;

    /// <summary>For what writes a little at once.</summary>
    /// <exception cref="Failure">507.</exception>
    public void CheckSpace()
    {
        if (!HasSpace)
        {
            throw Failure.StorageFull();
        }
    }

    /// <exception cref="Failure">503: too many at once; 507: they would take the disk below its floor.</exception>
    public Pass Enter(Call call) => Enter(call.Http.Request.ContentLength ?? HttpLimits.MediaBytes);

    /// <inheritdoc cref="Enter(Call)"/>
    public Pass Enter(long bytes)
    {
        var pass = new Pass(this, bytes);
        if (Interlocked.Increment(ref _open) > Capacity)
        {
            pass.Dispose();
            throw Failure.Busy();
        }

        if (freeBytes() - Interlocked.Read(ref _reserved) < floorBytes)
        {
            pass.Dispose();
            throw Failure.StorageFull();
        }

        return pass;
    }

    /// <summary>Taken while a file comes in and is worked on.</summary>
    public sealed class Pass : IDisposable
    {
        private readonly UploadGate _gate;
        private readonly long _bytes;

        public Pass(UploadGate gate, long bytes)
        {
            (_gate, _bytes) = (gate, bytes);
            Interlocked.Add(ref gate._reserved, bytes);
        }

        public void Dispose()
        {
            Interlocked.Add(ref _gate._reserved, -_bytes);
            Interlocked.Decrement(ref _gate._open);
        }
    }
}

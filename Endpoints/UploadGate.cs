using Postcard.Endpoints.Http;

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

    /// <summary>Uploads of one user at once: as many calls as a mini-program may have open.</summary>
    public const int CapacityOfUser = 10;

    private readonly Dictionary<string, int> _ofUsers = [];
    private readonly Lock _entering = new();
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

    /// <summary>Takes a place for the upload of a request, which is cut after <see cref="HttpLimits.UploadTime"/>: a trickle holds it no longer.</summary>
    /// <exception cref="Failure">503: too many at once; 507: they would take the disk below its floor.</exception>
    public Pass Enter(Call call)
    {
        var pass = Enter(call.User.Uid, call.Http.Request.ContentLength ?? HttpLimits.MediaBytes);
        pass.Deadline = call.App.Time.CreateTimer(_ => call.Http.Abort(), null, HttpLimits.UploadTime, Timeout.InfiniteTimeSpan);
        return pass;
    }

    /// <inheritdoc cref="Enter(Call)"/>
    public Pass Enter(string uid, long bytes)
    {
        var free = freeBytes();
        lock (_entering)
        {
            var ofUser = _ofUsers.GetValueOrDefault(uid);
            if (_open >= Capacity || ofUser >= CapacityOfUser)
            {
                throw Failure.Busy();
            }

            if (free - _reserved - bytes < floorBytes)
            {
                throw Failure.StorageFull();
            }

            _ofUsers[uid] = ofUser + 1;
            _reserved += bytes;
            _open++;
        }

        return new(this, uid, bytes);
    }

    private void Leave(string uid, long bytes)
    {
        lock (_entering)
        {
            if (--_ofUsers[uid] == 0)
            {
                _ofUsers.Remove(uid);
            }

            _reserved -= bytes;
            _open--;
        }
    }

    /// <summary>Taken while a file comes in and is worked on.</summary>
    public sealed class Pass(UploadGate gate, string uid, long bytes) : IDisposable
    {
        internal ITimer? Deadline { private get; set; }

        public void Dispose()
        {
            Deadline?.Dispose();
            gate.Leave(uid, bytes);
        }
    }
}

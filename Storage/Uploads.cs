using LiteDB;

namespace Postcard.Storage;

internal enum UploadKind
{
    Image,
    Audio,
}

/// <summary>What waits in a user's temp directory for the card that takes it: one slot per kind.</summary>
/// <param name="Created">Unix time in milliseconds.</param>
internal sealed record Upload(string Uid, UploadKind Kind, BlobSet Blobs, long Created)
{
    internal const string Table = "uploads";

    internal string Id => IdOf(Uid, Kind);

    internal static string IdOf(string uid, UploadKind kind) => kind is UploadKind.Image ? uid + "|image" : uid + "|audio";

    internal BsonDocument ToBson()
    {
        var document = new BsonDocument { ["_id"] = Id, ["uid"] = Uid, ["kind"] = (int)Kind, ["created"] = Created };
        Blobs.WriteTo(document);
        return document;
    }

    internal static Upload FromBson(BsonDocument document) =>
        new(document["uid"].AsString, (UploadKind)document["kind"].AsInt32, BlobSet.FromBson(document), document["created"].AsInt64);
}

internal enum UploadOutcome
{
    Done,

    /// <summary>The user was erased meanwhile.</summary>
    UserGone,

    /// <summary>The user's quota of bytes.</summary>
    NoRoom,
}

/// <summary>The uploads that wait. All changes of a user's slots happen under the user's lock.</summary>
internal sealed class Uploads(Database database, MediaFiles files, UserLocks locks, Quota quota, TimeProvider time)
{
    internal static readonly Collection[] Collections = [new(Upload.Table)];

    /// <summary>Puts finished files of the user's temp directory into the slot; what was there before is deleted. Otherwise the files are.</summary>
    public async Task<UploadOutcome> PutAsync(string uid, UploadKind kind, BlobSet blobs)
    {
        var directory = files.TempDirectory(uid);
        Native.SyncDirectory(directory);
        using var hold = await locks.EnterAsync(uid);
        var upload = new Upload(uid, kind, blobs, time.GetUtcNow().ToUnixTimeMilliseconds());
        var (outcome, before) = await database.WriteAsync(transaction =>
        {
            if (Users.Get(transaction, uid) is not { } user)
            {
                return (UploadOutcome.UserGone, null);
            }

            if (!quota.HasRoomFor(user.Bytes + Quota.Waiting(transaction, uid, without: kind) + blobs.Bytes))
            {
                return (UploadOutcome.NoRoom, null);
            }

            var present = Get(transaction, uid, kind);
            transaction.Put(Upload.Table, upload.ToBson());
            return (UploadOutcome.Done, present);
        });
        files.Delete(directory, (outcome is UploadOutcome.Done ? before?.Blobs : blobs)?.All ?? []);
        return outcome;
    }

    /// <summary>Whether the cards alone leave the user room for an upload.</summary>
    public bool HasRoom(User user) => quota.HasRoomFor(user.Bytes + 1);

    public Task<bool> DeleteAsync(string uid, UploadKind kind) => DeleteIfAsync(uid, kind, _ => true);

    /// <summary>Empties the expired among up to <paramref name="limit"/> slots after <paramref name="cursor"/>. Returns the next cursor, null at the end.</summary>
    public async Task<string?> SweepAsync(string cursor, int limit, TimeSpan lifetime)
    {
        var uploads = await database.ReadAsync(tables => tables.Range(Upload.Table, "_id", cursor, "~", limit).ConvertAll(Upload.FromBson));
        var expired = time.GetUtcNow().Subtract(lifetime).ToUnixTimeMilliseconds();
        foreach (var upload in uploads.Where(upload => upload.Created <= expired))
        {
            await DeleteIfAsync(upload.Uid, upload.Kind, present => present.Created <= expired);
        }

        return uploads.Count < limit ? null : uploads[^1].Id;
    }

    internal static Upload? Get(Tables tables, string uid, UploadKind kind) =>
        tables.Find(Upload.Table, Upload.IdOf(uid, kind)) is { } document ? Upload.FromBson(document) : null;

    private async Task<bool> DeleteIfAsync(string uid, UploadKind kind, Func<Upload, bool> condition)
    {
        using var hold = await locks.EnterAsync(uid);
        var removed = await database.WriteAsync(transaction =>
        {
            var present = Get(transaction, uid, kind);
            if (present is null || !condition(present))
            {
                return null;
            }

            transaction.Delete(Upload.Table, present.Id);
            return present;
        });
        files.Delete(files.TempDirectory(uid), removed?.Blobs.All ?? []);
        return removed is not null;
    }
}

using LiteDB;

namespace Postcard.Storage;

/// <summary>Who acts, where it is no admin with a user's id.</summary>
internal static class Actor
{
    public const string CommandLine = "command line", WeChat = "wechat", Reports = "reports";
}

/// <param name="Time">Unix time in milliseconds, unique among all entries.</param>
/// <param name="By">An admin's uid or one of <see cref="Actor"/>.</param>
/// <param name="Deed"><c>approve</c>, <c>ban</c> and so on.</param>
/// <param name="Target"><c>card</c>, <c>user</c> or <c>template</c> and its id, with a space between; empty for the whole store. Never an openid.</param>
/// <param name="Reason">In the words of who did it; empty when there are none.</param>
internal sealed record AuditEntry(long Time, string By, string Deed, string Target, string Reason);

/// <summary>
/// The log of all that admins, the command line and the automatic checks did. An entry is written in the same commit as the deed;
/// nothing changes or deletes one.
/// </summary>
internal sealed class Audit(Database database, Clock clock)
{
    internal const string Table = "audit";

    internal static readonly Collection[] Collections = [new(Table)];

    /// <summary>Entries before <paramref name="before"/>, newest first.</summary>
    public Task<List<AuditEntry>> ListAsync(long before, int limit) => database.ReadAsync(tables => tables
        .Range(Table, "_id", 0L, before - 1, limit, descending: true)
        .ConvertAll(FromBson));

    /// <summary>Logs a deed that changes no record.</summary>
    public Task LogAsync(string? by, string deed) => database.WriteAsync(transaction =>
    {
        Log(transaction, by, deed, "");
        return true;
    });

    internal static AuditEntry FromBson(BsonDocument entry) =>
        new(entry["_id"].AsInt64, entry["by"].AsString, entry["deed"].AsString, entry["target"].AsString, entry["reason"].AsString);

    /// <summary>Adds an entry to a change. Nothing is logged of what users do with their own (<paramref name="by"/> is null then).</summary>
    internal void Log(Transaction transaction, string? by, string deed, string target, string reason = "")
    {
        if (by is null)
        {
            return;
        }

        var time = clock.Next();
        transaction.Insert(Table, new() { ["_id"] = time, ["by"] = by, ["deed"] = deed, ["target"] = target, ["reason"] = reason });
        clock.Reserve(transaction, time);
    }
}

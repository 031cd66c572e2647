using LiteDB;

namespace Postcard.Storage;

/// <param name="Source">Hash of what the media were made from, to know the same content again.</param>
/// <param name="Created">Unix time in milliseconds.</param>
internal sealed record Template(int Id, string Title, BlobSet Blobs, string Source, long Created)
{
    internal const string Table = "templates";

    /// <summary>Who made it and by which Idempotency-Key, to know the same call again.</summary>
    public string? Key { get; init; }

    internal BsonDocument ToBson()
    {
        var document = new BsonDocument { ["_id"] = Id, ["title"] = Title, ["source"] = Source, ["created"] = Created };
        Blobs.WriteTo(document);
        if (Key is not null)
        {
            document["key"] = Key;
        }

        return document;
    }

    internal static Template FromBson(BsonDocument document) =>
        new(document["_id"].AsInt32, document["title"].AsString, BlobSet.FromBson(document), document["source"].AsString, document["created"].AsInt64)
        {
            Key = document.TryGetValue("key", out var key) ? key.AsString : null,
        };
}

/// <summary>
/// Templates, all of them in memory. The files of one that was changed or removed stay as long as a card names them; the sweep
/// looks after that.
/// </summary>
internal sealed class Templates(Database database, MediaFiles files, Caches caches, Audit audit, TimeProvider time)
{
    private const string Meta = "meta", Counter = "template";

    internal static readonly Collection[] Collections = [new(Template.Table), new(Meta)];

    /// <summary>In the order of their ids.</summary>
    public IEnumerable<Template> All => caches.Templates.Values;

    public Template? Find(int id) => caches.Templates.GetValueOrDefault(id);

    /// <summary>The template that a call with this Idempotency-Key made, unless it was removed.</summary>
    public Template? FindMade(string by, string key) => All.FirstOrDefault(template => template.Key == KeyOf(by, key));

    /// <summary>Takes an id that no template has or had, and makes its directory.</summary>
    public async Task<int> ReserveAsync()
    {
        var id = await database.WriteAsync(transaction =>
        {
            var next = (transaction.Find(Meta, Counter)?["last"].AsInt32 ?? 0) + 1;
            transaction.Put(Meta, new() { ["_id"] = Counter, ["last"] = next });
            return next;
        });
        MediaFiles.MakeDirectory(files.TemplateDirectory(id));
        return id;
    }

    /// <summary>Adds a template whose files lie in its directory.</summary>
    /// <param name="by">Who does it, for the log; null: nobody, it came with the program.</param>
    /// <param name="key">The call's Idempotency-Key, if it had one.</param>
    public Task<Template> AddAsync(int id, string title, BlobSet blobs, string source, string? by, string? key)
    {
        Native.SyncDirectory(files.TemplateDirectory(id));
        var template = new Template(id, title, blobs, source, time.GetUtcNow().ToUnixTimeMilliseconds())
        {
            Key = by is null || key is null ? null : KeyOf(by, key),
        };
        return database.WriteAsync(transaction => Put(transaction, template, by, "add"));
    }

    /// <summary>Replaces what is not null. Null when there is no such template.</summary>
    public Task<Template?> ChangeAsync(int id, Func<Template, Template> change, string by)
    {
        if (Find(id) is null)
        {
            return Task.FromResult<Template?>(null);
        }

        Native.SyncDirectory(files.TemplateDirectory(id));
        return database.WriteAsync(transaction => Get(transaction, id) is { } present ? Put(transaction, change(present), by, "change") : null);
    }

    public Task<bool> RemoveAsync(int id, string by) => database.WriteAsync(transaction =>
    {
        if (!transaction.Delete(Template.Table, id))
        {
            return false;
        }

        audit.Log(transaction, by, "remove", $"template {id}");
        transaction.OnDurable(() => Publish(all => all.Remove(id)));
        return true;
    });

    internal static Template? Get(Tables tables, int id) => tables.Find(Template.Table, id) is { } document ? Template.FromBson(document) : null;

    internal static void Restore(Tables tables, Caches caches) =>
        caches.Templates = new(tables.Range(Template.Table, "_id", 0, int.MaxValue, int.MaxValue).ConvertAll(Template.FromBson).ToDictionary(template => template.Id));

    private static string KeyOf(string by, string key) => $"{by}|{key}";

    private Template Put(Transaction transaction, Template template, string? by, string deed)
    {
        transaction.Put(Template.Table, template.ToBson());
        audit.Log(transaction, by, deed, $"template {template.Id}");
        transaction.OnDurable(() => Publish(all => all[template.Id] = template));
        return template;
    }

    // Readers hold the old dictionary; changes are rare.
    private void Publish(Action<SortedDictionary<int, Template>> change)
    {
        var all = new SortedDictionary<int, Template>(caches.Templates);
        change(all);
        caches.Templates = all;
    }
}

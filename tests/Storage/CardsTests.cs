using Postcard.Storage;
using Postcard.Tests.Storage.Engine;
using Postcard.Tests.Support;

namespace Postcard.Tests.Storage;

/// <summary>What comes between the look at records and the change of them.</summary>
public sealed class CardsTests
{
    [Fact]
    public async Task Edit_OvertakenByADecision_HasToLookAgain()
    {
        await using var server = await PostcardServer.StartAsync();
        var alice = await server.LogInAsync("oAlice");
        var id = (await alice.PostAsync("/postcard/card", """{"title":"t","content":"x","plaza":true}""")).Ok().GetProperty("id").GetString()!;
        var store = server.Service.App.Store;
        var uid = (await store.Reads.FindAsync(id))!.Uid;

        // Asked for before the edit is, and so made before it.
        Task? decision = null;
        var edited = await store.Cards.EditAsync(uid, id, (card, _, _) =>
        {
            decision = store.Reviews.DecideAsync(id, CardStatus.Rejected, "no", Actor.CommandLine, null);
            return new(card with { Content = "y" }, null, null, []);
        });
        await decision!;

        Assert.Equal(CardOutcome.Reviewed, edited.Outcome);
        Assert.Equal((CardStatus.Rejected, "x"), ((await store.Reads.FindAsync(id))!.Status, (await store.Reads.FindAsync(id))!.Content));
    }

    [Fact]
    public async Task Create_FromATemplateThatHasChanged_HasToLookAgain()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { Admins = ["oAdmin"] });
        var admin = await server.LogInAsync("oAdmin");
        var form = new MultipartFormDataContent { { new StringContent("春"), "title" }, { new ByteArrayContent(Samples.Picture(64, 64)), "image", "a.jpg" } };
        var template = (await admin.SendAsync(HttpMethod.Post, "/postcard/template", form)).Ok().GetProperty("id").GetInt32();
        var store = server.Service.App.Store;
        var uid = (await store.Accounts.FindAsync("oAdmin"))!.Uid;
        var present = store.Templates.Find(template)!;

        Assert.Equal(CardOutcome.TemplateChanged, (await CreateAsync(present with { Blobs = BlobSet.None })).Outcome);
        Assert.Equal(CardOutcome.TemplateChanged, (await CreateAsync(present with { Id = template + 1 })).Outcome);
        Assert.Equal(CardOutcome.Done, (await CreateAsync(present)).Outcome);

        Task<CardResult> CreateAsync(Template seen) => store.Cards.CreateAsync(uid, takesUploads: false, null, (_, _) => new(
            new(store.Cards.NewKey().Id, uid, "t", "", "", "x", seen.Blobs, seen.Id, null, false, CardStatus.None, 1, 1), null, null, [seen]));
    }

    [Fact]
    public async Task Create_OnAFullDisk_LeavesTheUploadAndNothingElse()
    {
        using var parts = new Parts();
        await using var database = parts.Database;
        var upload = await parts.UploadAsync(1);
        parts.Disk.Capacity = 0;
        await Assert.ThrowsAsync<StorageFullException>(parts.CreateAsync);
        Assert.Empty(Directory.GetDirectories(parts.Files.CardsDirectory("uid")));
        Assert.True(File.Exists(upload));

        parts.Disk.Capacity = long.MaxValue;
        parts.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CardOutcome.Done, (await parts.CreateAsync()).Outcome);
        Assert.False(File.Exists(upload));
        Assert.Single(Directory.GetFiles(parts.Files.CardsDirectory("uid"), "audio-*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Upload_IsNamedByARecordOnceItsDirectoryIsSynced()
    {
        using var parts = new Parts();
        await using var database = parts.Database;
        using var syncs = new Syncs();
        await parts.Uploads.PutAsync("uid", UploadKind.Audio, BlobSet.None);
        Assert.Equal(1, syncs.Directories);
    }

    [Fact]
    public async Task Sweep_OfAnUploadThatAnotherReplacedMeanwhile_LeavesThatOne()
    {
        using var parts = new Parts();
        await using var database = parts.Database;
        await parts.UploadAsync(1);
        parts.Time.Advance(TimeSpan.FromDays(2));

        // The sweep has looked, and waits for whoever is at the user's uploads.
        Task sweep;
        string replacement;
        using (await parts.Locks.EnterAsync("uid"))
        {
            sweep = parts.Uploads.SweepAsync("", 10, TimeSpan.FromDays(1));
            replacement = await parts.UploadAsync(2);
        }

        await sweep;
        Assert.True(File.Exists(replacement));
        Assert.Equal(CardOutcome.Done, (await parts.CreateAsync()).Outcome);
    }

    /// <summary>Storage on a disk that may be full, with one user.</summary>
    private sealed class Parts : IDisposable
    {
        private readonly TempFolder _folder = new();
        private readonly Cards _cards;

        public Parts()
        {
            Files = new(_folder.Path);
            Files.MakeUser("uid");
            Database = Database.Open(Disk,
                [new("meta"), .. Users.Collections, .. CardWrites.Collections, .. Uploads.Collections, .. Idempotency.Collections, .. Checks.Collections, .. Review.Collections, .. Bans.Collections],
                new() { Time = Time });
            var (caches, clock) = (new Caches(1 << 20), new Clock(Time));
            var (users, reads) = (new Users(Database, Files, caches, Time), new CardReads(Database, caches, (_, _) => []));
            Uploads = new(Database, Files, Locks, Quota.None, Time);
            _cards = new(
                Database, Files, clock, Locks, Quota.None, users, new(Database, Time), new(caches, reads, clock), new(Database, Time), new(Database, clock));
        }

        public ManualTime Time { get; } = new();

        public SimulatedDisk Disk { get; } = new();

        public Database Database { get; }

        public MediaFiles Files { get; }

        public UserLocks Locks { get; } = new();

        public Uploads Uploads { get; }

        /// <summary>A sound that waits. Returns its path.</summary>
        public async Task<string> UploadAsync(byte content)
        {
            var name = $"audio-{content:D32}.mp3";
            var path = Path.Combine(Files.TempDirectory("uid"), name);
            await File.WriteAllBytesAsync(path, [content]);
            var upload = new Upload("uid", UploadKind.Audio, new(null, null, new(name, $"{content:D32}", 1, 0, 0, 1000, 1)), Time.GetUtcNow().ToUnixTimeMilliseconds());
            await Database.WriteAsync(transaction =>
            {
                transaction.Put(User.Table, new User("uid", "oAlice", null, "", 1, 0, 0).ToBson());
                transaction.Put(Upload.Table, upload.ToBson());
                return true;
            });
            return path;
        }

        public Task<CardResult> CreateAsync() => _cards.CreateAsync("uid", takesUploads: true, null, (_, audio) =>
        {
            var (id, created) = _cards.NewKey();
            return new(new(id, "uid", "t", "", "", "", new(null, null, audio!.Blobs.Audio), null, null, false, CardStatus.None, created, created), null, audio, []);
        });

        public void Dispose() => _folder.Dispose();
    }
}

using Postcard.Endpoints.Http;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints.Http;

public sealed class RateLimitsTests
{
    private const string Guess = "pc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private static readonly RateSettings Ample = new() { LoginsPerMinute = 10_000, WritesPerMinute = 10_000, UploadsPerMinute = 10_000, ReadsPerSecond = 10_000 };

    [Fact]
    public async Task Logins_OverTheRate_AreRefusedForTheirAddressOnly()
    {
        await using var server = await StartAsync(Ample with { LoginsPerMinute = 3 });
        for (var i = 0; i < 3; i++)
        {
            (await LogInAsync(server, $"u{i}", "203.0.113.7")).Ok();
        }

        AssertRetryAfter(await LogInAsync(server, "u1", "203.0.113.7"), 20);
        (await LogInAsync(server, "u1", "203.0.113.8")).Ok();
    }

    [Fact]
    public async Task Writes_OverTheRate_AreRefusedForTheirUserOnly()
    {
        await using var server = await StartAsync(Ample with { WritesPerMinute = 2 });
        var (alice, bob) = (await server.LogInAsync("alice"), await server.LogInAsync("bob"));
        for (var i = 0; i < 2; i++)
        {
            (await WriteAsync(alice)).Ok();
        }

        AssertRetryAfter(await WriteAsync(alice), 30);
        (await alice.GetAsync("/postcard/home")).Ok();
        (await WriteAsync(bob)).Ok();
    }

    [Fact]
    public async Task Writes_OfManyUsers_AreRefusedFromTenfoldTheRateForOneAddress()
    {
        await using var server = await StartAsync(Ample with { WritesPerMinute = 1 });
        for (var i = 0; i < 10; i++)
        {
            (await WriteAsync(await server.LogInAsync($"u{i}"))).Ok();
        }

        var last = await server.LogInAsync("last");
        AssertRetryAfter(await WriteAsync(last), 6);
        (await WriteAsync(last, ("X-Forwarded-For", "203.0.113.7"))).Refused(429, "rate_limited");
        (await WriteAsync(await server.LogInAsync("other"), ("X-Forwarded-For", "203.0.113.7"))).Ok();
    }

    [Fact]
    public async Task User_WhoWritesTooOften_UsesUpNothingOfTheirNeighbours()
    {
        await using var server = await StartAsync(Ample with { WritesPerMinute = 2 });
        var (alice, bob) = (await server.LogInAsync("alice"), await server.LogInAsync("bob"));
        for (var i = 0; i < 50; i++)
        {
            await WriteAsync(alice);
        }

        (await WriteAsync(bob)).Ok();
    }

    [Fact]
    public async Task Uploads_OverTheRate_AreRefusedAndLeaveNothing()
    {
        await using var server = await StartAsync(Ample with { UploadsPerMinute = 1 });
        var alice = await server.LogInAsync("alice");
        (await alice.UploadAsync("image", Samples.Picture(64, 64))).Ok();

        AssertRetryAfter(await alice.UploadAsync("image", Samples.Picture(2000, 2000)), 60);
        (await WriteAsync(alice)).Ok();
        Assert.Equal(2, Directory.GetFiles(server.Settings.Data, "*", SearchOption.AllDirectories).Count(path => path.Contains("/temp/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Reads_OverTheRate_AreRefusedAndServedAgainAfterRetryAfter()
    {
        await using var server = await StartAsync(Ample with { ReadsPerSecond = 1 });
        var phone = server.Stranger();
        Reply refused;
        while ((refused = await phone.GetAsync("/postcard/role")).Status is System.Net.HttpStatusCode.OK)
        {
        }

        AssertRetryAfter(refused, 1);
        (await phone.GetAsync("/healthz")).Ok();
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        (await phone.GetAsync("/postcard/role")).Ok();
    }

    [Fact]
    public async Task ForwardedFor_OfAPeerThatIsNoTrustedProxy_ChangesNothing()
    {
        await using var server = await StartAsync(Ample with { LoginsPerMinute = 1 }, proxies: "192.0.2.1");
        (await LogInAsync(server, "alice", "203.0.113.7")).Ok();

        (await LogInAsync(server, "alice", "203.0.113.8")).Refused(429, "rate_limited");
    }

    [Fact]
    public async Task Guesses_OfOneAddress_AreStoppedAndGoodTokensFromThereAreNot()
    {
        await using var server = await StartAsync(Ample with { LoginsPerMinute = 5 });
        var phone = await server.LogInAsync("alice");
        var neighbour = await server.LogInAsync("bob");
        var card = (await phone.PostAsync("/postcard/card", """{"title":"t","content":"c"}""")).Ok().GetProperty("id").GetString();

        // Nothing is in memory: the good tokens have to be told from guesses all the same.
        await server.RestartAsync();
        await LearnAsync(server);
        var guesser = new Phone(server, Guess);
        for (var i = 0; i < 5; i++)
        {
            (await guesser.GetAsync("/postcard/home")).Refused(401, "unauthorized");
        }

        AssertRetryAfter(await guesser.GetAsync("/postcard/home"), 12);
        (await guesser.GetAsync($"/postcard/card/{card}")).Ok();
        (await phone.GetAsync("/postcard/home")).Ok();
        (await new Phone(server, "bob").GetAsync("/postcard/home")).Ok();
        (await neighbour.GetAsync("/postcard/home")).Ok();
        (await guesser.GetAsync("/postcard/home", ("X-Forwarded-For", "203.0.113.7"))).Refused(401, "unauthorized");
    }

    [Fact]
    public async Task Guesses_AtMediaOfARejectedCard_AreCounted()
    {
        await using var server = await StartAsync(Ample with { LoginsPerMinute = 3 });
        var alice = await server.LogInAsync("alice");
        (await alice.UploadAsync("image", Samples.Picture(64, 64))).Ok();
        var card = (await alice.PostAsync("/postcard/card", """{"title":"t","content":"c","img":true}""")).Ok().GetProperty("id").GetString()!;
        await server.Service.App.Store.Reviews.DecideAsync(card, CardStatus.Rejected, "no", Actor.CommandLine, null);
        await LearnAsync(server);
        var guesser = new Phone(server, Guess);
        for (var i = 0; i < 3; i++)
        {
            (await guesser.GetAsync($"/postcard/image/{card}")).Refused(404, "not_found");
        }

        (await guesser.GetAsync("/postcard/home")).Refused(429, "rate_limited");
        (await guesser.GetAsync($"/postcard/image/{card}")).Refused(404, "not_found");
        Assert.Equal(System.Net.HttpStatusCode.OK, (await alice.GetAsync($"/postcard/image/{card}")).Status);
    }

    [Fact]
    public async Task Session_ThatEnded_IsAGuessFromThenOn()
    {
        await using var server = await StartAsync(Ample with { LoginsPerMinute = 1 });
        await LearnAsync(server);
        var phone = await server.LogInAsync("alice");
        (await phone.DeleteAsync("/postcard/access/session")).Ok();
        (await phone.GetAsync("/postcard/home")).Refused(401, "unauthorized");

        (await phone.GetAsync("/postcard/home")).Refused(429, "rate_limited");
    }

    [Fact]
    public async Task Limits_TurnedOff_RefuseNothing()
    {
        await using var server = await PostcardServer.StartAsync(new Settings
        {
            Limits = false, QuotaCards = 1, Rates = new() { LoginsPerMinute = 1, WritesPerMinute = 1, UploadsPerMinute = 1, ReadsPerSecond = 1 },
        });
        var alice = await server.LogInAsync("alice");
        await server.LogInAsync("bob");
        for (var i = 0; i < 10; i++)
        {
            (await alice.PostAsync("/postcard/card", """{"title":"t","content":"c"}""")).Ok();
            (await alice.GetAsync("/postcard/home")).Ok();
        }
    }

    [Fact]
    public async Task CommandLine_IsNeverLimited()
    {
        await using var server = await StartAsync(new() { LoginsPerMinute = 1, WritesPerMinute = 1, UploadsPerMinute = 1, ReadsPerSecond = 1 });
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancel) => ControlSocket.ConnectAsync(server.Settings.Data, cancel) });
        for (var i = 0; i < 20; i++)
        {
            using var reply = await http.GetAsync("http://localhost/postcard/template", TestContext.Current.CancellationToken);
            Assert.Equal(200, (int)reply.StatusCode);
        }
    }

    [Fact]
    public void Addresses_OfWholeNetworks_DoNotFillTheMemory()
    {
        var time = new ManualTime();
        var limits = new RateLimits(new() { LoginsPerMinute = 1 }, time);
        for (var i = 0u; i < 200_000; i++)
        {
            TryLogIn(i);
        }

        Assert.InRange(limits.Clients, 1, 17_000);
        Assert.Throws<Failure>(() => TryLogIn(3));

        void TryLogIn(uint i)
        {
            try
            {
                limits.Admit(Rate.Login, new(i, IsV6: false), null);
            }
            catch (Failure) when (i >= 16_384)
            {
                // The latecomers share what is left.
            }
        }
    }

    [Fact]
    public void Uploads_OfManyUsers_AreRefusedFromTenfoldTheRateForOneAddress()
    {
        var limits = new RateLimits(Ample with { UploadsPerMinute = 1 }, new ManualTime());
        for (var i = 0; i < 10; i++)
        {
            limits.Admit(Rate.Upload, new(1, IsV6: false), $"u{i}");
        }

        Assert.Equal(6, Assert.Throws<Failure>(() => limits.Admit(Rate.Upload, new(1, IsV6: false), "last")).RetryAfterSeconds);
        limits.Admit(Rate.Upload, new(2, IsV6: false), "other");
    }

    private static Task<PostcardServer> StartAsync(RateSettings rates, string proxies = "127.0.0.1") =>
        PostcardServer.StartAsync(new Settings { Rates = rates, TrustedProxies = [proxies] });

    private static async Task LearnAsync(PostcardServer server)
    {
        for (var cursor = ""; await server.Service.App.Store.Tokens.LearnAsync(cursor, 2) is { } next; cursor = next)
        {
        }
    }

    private static Task<Reply> LogInAsync(PostcardServer server, string openId, string client) => server.Stranger().PostAsync(
        "/postcard/access", $$"""{"code":"{{server.WeChat.Issue(Guid.NewGuid().ToString("N"), openId)}}"}""", ("X-Forwarded-For", client));

    private static Task<Reply> WriteAsync(Phone phone, params (string, string)[] headers) => phone.PutAsync("/postcard/access", """{"wx_name":"n"}""", headers);

    private static void AssertRetryAfter(Reply reply, int seconds)
    {
        reply.Refused(429, "rate_limited");
        Assert.Equal(TimeSpan.FromSeconds(seconds), reply.Headers.RetryAfter?.Delta);
    }
}

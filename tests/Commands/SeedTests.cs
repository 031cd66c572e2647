using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

public sealed class SeedTests
{
    [Fact]
    public async Task DevServer_OnAnEmptyStore_HasTheBuiltInTemplatesOnce()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { Dev = true });
        var templates = (await server.Stranger().GetAsync("/postcard/template")).Ok().EnumerateArray().ToList();
        Assert.True(templates.Count >= 6);
        Assert.True(templates.Count(template => template.GetProperty("with_audio").GetBoolean()) >= 2);
        foreach (var template in templates)
        {
            Assert.True((await server.Stranger().GetAsync(template.GetProperty("image").GetProperty("small").GetString()!)).Body.Length > 2000);
        }

        await server.RestartAsync();
        Assert.Equal(templates.Count, (await server.Stranger().GetAsync("/postcard/template")).Ok().GetArrayLength());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(server.Settings.Data, "templates")));
    }
}

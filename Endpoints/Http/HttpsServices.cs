using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Postcard.Endpoints.Http;

/// <summary>
/// What Kestrel's HTTPS asks the generic host for, which is not there: among it types that only Kestrel itself can register.
/// </summary>
internal static class HttpsServices
{
    public static ServiceProvider Create(ILoggerFactory loggers)
    {
        var services = new ServiceCollection().AddSingleton(loggers).AddMetrics();
        new Registration(services).UseKestrelCore();
        return services.BuildServiceProvider();
    }

    /// <summary>A host's builder as far as registering goes.</summary>
    private sealed class Registration(IServiceCollection services) : IWebHostBuilder
    {
        public IWebHostBuilder ConfigureServices(Action<IServiceCollection> configureServices)
        {
            configureServices(services);
            return this;
        }

        public IWebHostBuilder ConfigureServices(Action<WebHostBuilderContext, IServiceCollection> configureServices)
        {
            configureServices(new(), services);
            return this;
        }

#pragma warning disable ASPDEPR008 // a member of the interface, never called
        public IWebHost Build() => throw new NotSupportedException();
#pragma warning restore ASPDEPR008

        public IWebHostBuilder ConfigureAppConfiguration(Action<WebHostBuilderContext, IConfigurationBuilder> configureDelegate) => throw new NotSupportedException();

        public string? GetSetting(string key) => null;

        public IWebHostBuilder UseSetting(string key, string? value) => throw new NotSupportedException();
    }
}

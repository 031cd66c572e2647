using Microsoft.Extensions.Logging;
using Postcard.Commands;
using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

public sealed class PlainLogTests
{
    [Fact]
    public void Log_OurLinesAndTheFrameworksWarnings_ArePlain()
    {
        var writer = new StringWriter();
        using (var loggers = PlainLog.Create(writer, new ManualTime()))
        {
            loggers.CreateLogger("Postcard.Any").LogInformation("started");
            loggers.CreateLogger("Postcard.Any").LogDebug("not this");
            loggers.CreateLogger("Microsoft.AspNetCore.Any").LogInformation("nor this");
            loggers.CreateLogger("Microsoft.AspNetCore.Any").LogError(new IOException("broken"), "failed");
        }

        Assert.Equal(
            ["2026-11-22T15:04:05Z info: started", "2026-11-22T15:04:05Z error: failed", "System.IO.IOException: broken"],
            writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Log_OfCommands_IsErrorsOnly()
    {
        var writer = new StringWriter();
        using (var loggers = PlainLog.Create(writer, new ManualTime(), LogLevel.Error))
        {
            loggers.CreateLogger("Postcard.Any").LogWarning("not this");
            loggers.CreateLogger("Microsoft.Any").LogWarning("nor this");
        }

        Assert.Equal("", writer.ToString());
    }
}

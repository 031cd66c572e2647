using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Postcard.Commands;

/// <summary>Log lines for people and for the journal: <c>2026-11-22T15:04:05Z warning: message</c>.</summary>
internal sealed class PlainLog(TextWriter writer, TimeProvider time) : ILoggerProvider
{
    private readonly Lock _gate = new();

    /// <summary>Loggers from <paramref name="least"/> on; of the framework's own, warnings and worse.</summary>
    public static ILoggerFactory Create(TextWriter writer, TimeProvider time, LogLevel least = LogLevel.Information) => new LoggerFactory(
        [new PlainLog(writer, time)],
        new LoggerFilterOptions { MinLevel = least, Rules = { new(null, "Microsoft", least > LogLevel.Warning ? least : LogLevel.Warning, null) } });

    public ILogger CreateLogger(string categoryName) => new Category(this);

    public void Dispose() => writer.Flush();

    private void Write(LogLevel level, string message, Exception? exception)
    {
        var now = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var word = level switch
        {
            LogLevel.Critical or LogLevel.Error => "error",
            LogLevel.Warning => "warning",
            LogLevel.Information => "info",
            _ => "debug",
        };
        lock (_gate)
        {
            writer.WriteLine(exception is null ? $"{now} {word}: {message}" : $"{now} {word}: {message}\n{exception}");
        }
    }

    private sealed class Category(PlainLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Write(level, formatter(state, exception), exception);
    }
}

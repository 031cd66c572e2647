using System.Globalization;
using Microsoft.Extensions.Logging;
using Postcard.Endpoints.Http;

namespace Postcard.Commands;

/// <summary>
/// Log lines for people and for the journal: <c>2026-11-22T15:04:05Z warning: message</c>, with the id of the request in brackets where there is
/// one; or the same as a JSON object a line.
/// </summary>
internal sealed class PlainLog(TextWriter writer, TimeProvider time, bool json = false) : ILoggerProvider
{
    private readonly Lock _gate = new();

    /// <summary>
    /// Loggers from <paramref name="least"/> on; of the framework's own, warnings and worse. Of HTTP/2 connections nothing: what clients do
    /// wrong there is called critical, and a flood of resets wrote 9 MB in 40 s.
    /// </summary>
    public static ILoggerFactory Create(TextWriter writer, TimeProvider time, LogLevel least = LogLevel.Information, bool json = false) => new LoggerFactory(
        [new PlainLog(writer, time, json)],
        new LoggerFilterOptions { MinLevel = least, Rules = { new(null, "Microsoft", least > LogLevel.Warning ? least : LogLevel.Warning, null), new(null, "Microsoft.AspNetCore.Server.Kestrel.Http2", LogLevel.None, null) } });

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
        var request = CurrentRequest.Id;
        var line = json ? JsonLine.Of(now, word, message, request, exception)
            : $"{now} {word}: {(request is null ? "" : $"[{request}] ")}{message}{(exception is null ? "" : $"\n{exception}")}";
        lock (_gate)
        {
            writer.WriteLine(line);
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

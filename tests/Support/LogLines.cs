using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Postcard.Tests.Support;

/// <summary>Keeps what is logged, as <c>Warning: message</c>.</summary>
internal sealed class LogLines : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Of loggers that all write here.</summary>
    public LoggerFactory Factory() => new([new Provider(this)], new LoggerFilterOptions { MinLevel = LogLevel.Information });

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{level}: {formatter(state, exception)} {exception}".TrimEnd());

    private sealed class Provider(LogLines lines) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => lines;

        public void Dispose()
        {
        }
    }
}

/// <summary>The logger that a class asks for, which writes where all others do.</summary>
internal sealed class TypedLog<T>(LogLines lines) : ILogger<T>
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Log(level, id, state, exception, formatter);
}

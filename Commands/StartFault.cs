using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Commands;

/// <summary>Says in one line why the server does not start, for the faults that an operator can mend.</summary>
internal static class StartFault
{
    /// <summary>Null for a fault of ours.</summary>
    public static string? Describe(Exception e, Settings settings) => e switch
    {
        DataDirectoryInUseException => $"the data directory {settings.Data} is in use by another server; stop that one or choose another with --data",
        StorageMismatchException or CertificateException => e.Message,
        StorageFullException => $"the disk of the data directory {settings.Data} is full",
        StorageDamagedException or StorageUnavailableException =>
            $"the database in {settings.Data} cannot be read: it is damaged, or the disk fails; restore a backup with: postcard restore FILE --replace --data {settings.Data}",
        _ when Find<AddressInUseException>(e) is not null => $"port {settings.Port} is in use; stop what listens there or choose another with --port",
        _ when Find<SocketException>(e) is { } socket => Describe(socket.SocketErrorCode, settings),
        UnauthorizedAccessException or IOException => $"the data directory {settings.Data} cannot be used: {Reason(e)}",
        _ => null,
    };

    private static string? Describe(SocketError error, Settings settings) => error switch
    {
        SocketError.AddressNotAvailable => $"{settings.Listen} is not an address of this machine; choose another with --listen",
        SocketError.AccessDenied => $"this user may not listen on port {settings.Port}; choose one above 1023 with --port",
        SocketError.AddressFamilyNotSupported => $"this machine does not speak the protocol of {settings.Listen}; choose another address with --listen",
        _ => null,
    };

    private static string Reason(Exception e) =>
        e is FileNotFoundException or DirectoryNotFoundException ? "it cannot be made there" : e.Message.Split('\n')[0].TrimEnd('.');

    private static T? Find<T>(Exception? e) where T : Exception => e is null or T ? (T?)e : Find<T>(e.InnerException);
}

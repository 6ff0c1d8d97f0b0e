using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Meshara.Node.Output;

namespace Meshara.Node.Control;

/// <summary>Asks the running node of a data folder.</summary>
internal static class ControlClient
{
    /// <summary>The answers to one request, as they come; null if no node is running there.</summary>
    /// <exception cref="IOException">It cannot be asked; the message says why.</exception>
    public static async Task<IAsyncEnumerable<JsonObject>?> AskAsync(string folder, JsonObject request, CancellationToken cancellation)
    {
        using var path = new ControlSocket(folder);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(path.EndPoint, cancellation);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return e.SocketErrorCode == SocketError.ConnectionRefused || !File.Exists(path.FullPath)
                ? null
                : throw new IOException($"The node in {folder} cannot be asked: {e.Message}", e);
        }

        var stream = new NetworkStream(socket, ownsSocket: true);
        request["schema"] = 1;
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(Json.Line(request) + "\n"), cancellation);
        }
        catch (IOException)
        {
            // It was refused unread; the answer says why.
        }

        return ReadAsync(stream, cancellation);
    }

    /// <summary>Ends with the connection, however that ends.</summary>
    private static async IAsyncEnumerable<JsonObject> ReadAsync(
        NetworkStream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (await NextAsync(reader, cancellation) is { } answer)
        {
            yield return answer;
        }
    }

    private static async Task<JsonObject?> NextAsync(StreamReader reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadLineAsync(cancellation) is { } line ? JsonNode.Parse(line) as JsonObject : null;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // The node was killed, perhaps in the middle of a line.
            return null;
        }
    }
}

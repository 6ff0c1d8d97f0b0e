using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Meshara.Node.Output;

namespace Meshara.Node.Control;

/// <summary>Asks the running node of a data folder.</summary>
internal static class ControlClient
{
    /// <summary>The answers to one request, as they come; null if no node is running there.</summary>
    public static async Task<IAsyncEnumerable<JsonObject>?> AskAsync(string folder, JsonObject request, CancellationToken cancellation)
    {
        using var path = new ControlSocket(folder);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(path.EndPoint, cancellation);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }

        var stream = new NetworkStream(socket, ownsSocket: true);
        request["schema"] = 1;
        await stream.WriteAsync(Encoding.UTF8.GetBytes(Json.Line(request) + "\n"), cancellation);
        return ReadAsync(stream, cancellation);
    }

    private static async IAsyncEnumerable<JsonObject> ReadAsync(
        NetworkStream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (JsonNode.Parse(line) is JsonObject answer)
            {
                yield return answer;
            }
        }
    }
}

using Akka.Actor;
using Meshara.Actors;
using Meshara.Core.Peers;

namespace Meshara.Page.Components;

/// <summary>What a person asked for, and what came of it, in one sentence.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="Failed">Whether it did not come about.</param>
public sealed record Deed(string Text, bool Failed)
{
    /// <summary>Does it; a refusal is the sentence of its reason.</summary>
    public static async Task<Deed> DoAsync(Func<Task<string>> deed)
    {
        try
        {
            return new Deed(await deed(), Failed: false);
        }
        catch (MeshException e)
        {
            return new Deed($"{e.Reason.Name()}: {e.Message}", Failed: true);
        }
        catch (AskTimeoutException)
        {
            return new Deed("The node did not get it done in time; its health may tell why.", Failed: true);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return new Deed(e.Message, Failed: true);
        }
    }
}

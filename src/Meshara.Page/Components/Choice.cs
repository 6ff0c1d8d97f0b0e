using Meshara.Core.Identity;

namespace Meshara.Page.Components;

/// <summary>What the person at one browser tab has chosen.</summary>
public sealed class Choice
{
    /// <summary>Called when it changes.</summary>
    public event Action? Changed;

    /// <summary>The peer whose card is open; null if none is.</summary>
    public NodeId? Peer { get; private set; }

    public void Open(NodeId? peer)
    {
        Peer = peer;
        Changed?.Invoke();
    }
}

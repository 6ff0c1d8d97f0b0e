namespace Meshara.Hostile;

/// <summary>What an attack did, and what it met.</summary>
/// <param name="Attack">Its name.</param>
/// <param name="PeerId">As whom it was done; the first of many.</param>
internal sealed record Report(string Attack, string PeerId)
{
    /// <summary>Frames, sockets or identities that were thrown at the victim.</summary>
    public int Sent { get; init; }

    /// <summary>How many of the identities became peers.</summary>
    public int LetIn { get; init; }

    /// <summary>Records that the victim has told.</summary>
    public int Told { get; init; }

    /// <summary>The victim's goodbye; the most frequent one of many.</summary>
    public string? Goodbye { get; init; }

    /// <summary>Whether the victim has ended the connection, or all of them.</summary>
    public bool Ended { get; init; }
}

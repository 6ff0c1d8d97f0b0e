namespace Meshara.Actors;

/// <summary>A node could not be started. The message is one line that says what is wrong and what to do; nothing was overwritten.</summary>
public sealed class MesharaStartException : Exception
{
    /// <summary>Makes one.</summary>
    public MesharaStartException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

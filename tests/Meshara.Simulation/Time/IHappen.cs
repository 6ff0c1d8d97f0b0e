namespace Meshara.Simulation.Time;

/// <summary>Is told when the moment has come that was asked for. One object stands for all that happens to it, so that none is made each time.</summary>
internal interface IHappen
{
    /// <param name="what">As it was handed over when it was asked for.</param>
    /// <param name="number">The same.</param>
    void Happen(object? what, long number);
}

namespace Meshara.Actors.Tests.Transport;

/// <summary>Disposes of all at the end of a test.</summary>
internal sealed class DisposableBag : IDisposable
{
    private readonly List<IDisposable> _all = [];

    public T Add<T>(T disposable)
        where T : IDisposable
    {
        _all.Add(disposable);
        return disposable;
    }

    public void Dispose() => _all.ForEach(d => d.Dispose());
}

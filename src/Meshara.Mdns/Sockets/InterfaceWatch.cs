using System.Net.NetworkInformation;
using System.Threading.Channels;

namespace Meshara.Mdns.Sockets;

/// <summary>
/// Says when it is time to look at the interfaces again: when the system tells of a change, and every two seconds, because the
/// system's word may be missing (a container without it, an address that came a moment after its interface).
/// </summary>
internal sealed class InterfaceWatch : IDisposable
{
    /// <summary>How long a change may go unnoticed at worst. A look costs about a millisecond.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    // Room for one: a burst of changes is one look.
    private readonly Channel<bool> _nudges = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ITimer _timer;

    public InterfaceWatch(TimeProvider time)
    {
        _timer = time.CreateTimer(_ => Nudge(), null, Interval, Interval);
        try
        {
            NetworkChange.NetworkAddressChanged += OnChange;
            NetworkChange.NetworkAvailabilityChanged += OnChange;
        }
        catch (NetworkInformationException)
        {
            // The timer has to do.
        }
    }

    public async ValueTask WaitAsync(CancellationToken cancellation) => await _nudges.Reader.ReadAsync(cancellation);

    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= OnChange;
        NetworkChange.NetworkAvailabilityChanged -= OnChange;
        _timer.Dispose();
    }

    private void OnChange(object? sender, EventArgs change) => Nudge();

    private void Nudge() => _nudges.Writer.TryWrite(true);
}

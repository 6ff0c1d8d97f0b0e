using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Lan;

/// <summary>python-zeroconf finds and is found in the lab, so that it can be trusted to find us.</summary>
[Collection(Lan.Collection)]
public sealed class PythonZeroconfTests
{
    private const string Type = "_meshara-lab._tcp";

    [SkippableFact]
    public async Task Avahi_and_python_zeroconf_find_each_other()
    {
        Lan.Require();
        Avahi.Require();
        await PythonZeroconf.RequireAsync();
        await using var lan = await Lan.CreateAsync(2);
        await using var avahi = await Avahi.StartAsync(lan[2]);
        await using var browser = await PythonZeroconf.BrowseAsync(lan[1], Type);

        var byAvahi = await avahi.PublishAsync("from-avahi", Type, 1001, "version=1");
        var added = await browser.NextAsync(s => s.Name == "from-avahi");
        var byPython = await PythonZeroconf.PublishAsync(lan[1], "from-python", Type, 1002, "version=1", "empty=");
        var found = await avahi.BrowseAsync(Type, services => services.Any(s => s.Name == "from-python"));
        await byAvahi.DisposeAsync();
        var removed = await browser.NextAsync(s => s is { Event: "REMOVE", Name: "from-avahi" });
        await byPython.DisposeAsync();
        await avahi.BrowseAsync(Type, services => services.IsEmpty);

        (added.Event, added.Port, added.Txt["version"]).ShouldBe(("ADD", 1001, "1"));
        added.Addresses.ShouldContain("10.78.0.2");
        removed.Nanoseconds.ShouldBeGreaterThan(added.Nanoseconds);
        var service = found.First(s => s.Name == "from-python");
        (service.Address, service.Port).ShouldBe(("10.78.0.1", 1002));
        service.Txt.ShouldBe(["version=1", "empty="], ignoreOrder: true);
    }
}

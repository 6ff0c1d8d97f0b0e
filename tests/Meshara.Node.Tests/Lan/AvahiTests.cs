using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Lan;

/// <summary>Avahi finds itself in the lab, so that it can be trusted to find us.</summary>
public sealed class AvahiTests
{
    private const string Type = "_meshara-lab._tcp";

    [SkippableFact]
    public async Task Avahi_finds_what_avahi_publishes_on_another_host()
    {
        Lan.Require();
        Avahi.Require();
        await using var lan = await Lan.CreateAsync(2);
        var both = await Task.WhenAll(Avahi.StartAsync(lan[1]), Avahi.StartAsync(lan[2]));
        await using var first = both[0];
        await using var second = both[1];

        var published = await first.PublishAsync("Zoë's; \"node\" 1.2\\3", Type, 7373, "version=1", "odd=a;b \"c\" \\d é");
        var found = await second.BrowseAsync(Type, services => services.Any(s => s.Protocol == "IPv4"));
        await published.DisposeAsync();
        await second.BrowseAsync(Type, services => services.IsEmpty);

        var service = found.Single(s => s.Protocol == "IPv4");
        (service.Name, service.Type, service.Domain, service.Host, service.Address, service.Port, service.Interface)
            .ShouldBe(("Zoë's; \"node\" 1.2\\3", Type, "local", $"{lan[1].Name}.local", "10.78.0.1", 7373, "eth0"));
        service.Txt.ShouldBe(["version=1", "odd=a;b \"c\" \\d é"], ignoreOrder: true);
    }
}

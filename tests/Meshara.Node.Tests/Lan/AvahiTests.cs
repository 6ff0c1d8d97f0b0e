using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Lan;

/// <summary>Avahi finds itself in the lab, so that it can be trusted to find us.</summary>
[Collection(Lan.Collection)]
public sealed class AvahiTests
{
    private const string Type = "_meshara-lab._tcp";

    [Theory]
    [InlineData("=;eth0;IPv4;plain;_a._tcp;local;h.local;10.0.0.1;80;", "plain", "")]
    [InlineData("=;eth0;IPv6;a\\032b\\059\\195\\169\\.\\\\;_a._tcp;local;h.local;fe80::1;80;\"k=v\"", "a b;é.\\", "k=v")]
    [InlineData(
        "=;eth0;IPv4;n;_a._tcp;local;h.local;10.0.0.1;80;\"a=1;2\" \"b=\\\"c\\\" d\" \"\\195\\169\"", "n", "a=1;2|b=\"c\" d|é")]
    public void A_row_is_read_with_its_escapes(string row, string name, string txt)
    {
        var service = AvahiService.Parse(row).ShouldNotBeNull();

        (service.Name, string.Join('|', service.Txt), service.Port).ShouldBe((name, txt, 80));
    }

    [Theory]
    [InlineData("")]
    [InlineData("+;eth0;IPv4;name;_a._tcp;local")]
    [InlineData("=;eth0;IPv4")]
    public void What_is_no_resolved_service_is_no_row(string line) => AvahiService.Parse(line).ShouldBeNull();

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
        (service.Name, service.Type, service.Domain, service.Host, service.Port, service.Interface)
            .ShouldBe(("Zoë's; \"node\" 1.2\\3", Type, "local", $"{lan[1].Name}.local", 7373, "eth0"));
        (service.Address == "10.78.0.1" || service.Address.StartsWith("fe80:", StringComparison.Ordinal))
            .ShouldBeTrue(service.Address);
        service.Txt.ShouldBe(["version=1", "odd=a;b \"c\" \\d é"], ignoreOrder: true);
    }
}

using Shouldly;
using Xunit;

namespace Meshara.Page.Tests.Access;

public sealed class PageAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:7374")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.1.2.3:80")]
    [InlineData("[::1]:7374")]
    public void A_loopback_address_with_a_port_is_taken(string text)
    {
        PageAddress.TryParse(text, out var address, out _).ShouldBeTrue();

        address!.EndPoint.ToString().ShouldBe(text);
        address.FallsBack.ShouldBeFalse("what a person asked for is not exchanged");
    }

    [Theory]
    [InlineData("192.0.2.1:7374", "ssh -L")]
    [InlineData("0.0.0.0:7374", "ssh -L")]
    [InlineData("[::]:7374", "ssh -L")]
    [InlineData("127.0.0.1", "ADDR:PORT")]
    [InlineData("::1", "ADDR:PORT")]
    [InlineData("7374", "ADDR:PORT")]
    [InlineData("localhost:7374", "ADDR:PORT")]
    [InlineData("127.0.0.1:70000", "ADDR:PORT")]
    [InlineData("", "ADDR:PORT")]
    [InlineData(null, "ADDR:PORT")]
    public void Anything_else_is_refused_in_a_sentence_that_says_what_to_give(string? text, string says)
    {
        PageAddress.TryParse(text, out _, out var error).ShouldBeFalse();

        error.ShouldNotBeNull().ShouldContain(says);
    }
}

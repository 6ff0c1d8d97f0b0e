using Akka.Configuration;
using Meshara.Actors;
using Meshara.Actors.Configuration;
using Meshara.Node.Run;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Run;

/// <summary>The level of the log, as an operator writes it.</summary>
public sealed class LogLevelKeyTests
{
    [Theory]
    [InlineData("", "WARNING")]
    [InlineData("akka.loglevel = info", "INFO")]
    [InlineData("akka { loglevel = Off }", "OFF")]
    [InlineData("akka.loglevel = null", "WARNING")]
    [InlineData("akka = 5", "WARNING")]
    public void A_level_is_read_in_any_case_of_letters(string text, string level) => LogLevelKey.Of(HoconFile.Parse(text, "node.conf")).ShouldBe(level);

    [Theory]
    [InlineData("loud", "loud")]
    [InlineData("\"\"", "")]
    [InlineData("[info]", "a list")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...")]
    public void What_is_no_level_is_refused_with_its_place(string value, string shown) =>
        Should.Throw<MesharaStartException>(() => LogLevelKey.Of(HoconFile.Parse($"\nakka.loglevel = {value}", "node.conf"))).Message
            .ShouldBe($"node.conf:2: akka.loglevel = \"{shown}\" is refused: it must be one of OFF, ERROR, WARNING, INFO, DEBUG.");

    [Fact]
    public void No_configuration_at_all_has_the_default() => LogLevelKey.Of(Config.Empty).ShouldBe("WARNING");
}

using Meshara.Page.Access;
using Meshara.Page.Tests.World;
using Shouldly;
using Xunit;

namespace Meshara.Page.Tests.Access;

public sealed class AccessKeysTests
{
    private readonly SetTime _time = new();
    private readonly AccessKeys _keys;

    public AccessKeysTests() => _keys = new AccessKeys(_time);

    [Fact]
    public void A_token_opens_one_session_and_then_nothing()
    {
        var token = _keys.Issue();

        var session = _keys.Redeem(token).ShouldNotBeNull();

        _keys.Knows(session).ShouldBeTrue();
        _keys.Redeem(token).ShouldBeNull();
        _keys.Knows(token).ShouldBeFalse();
    }

    [Fact]
    public void A_token_that_nobody_used_is_worthless_after_its_life()
    {
        var token = _keys.Issue();
        _time.Now += AccessKeys.TokenLife;

        _keys.Redeem(token).ShouldBeNull();
    }

    [Fact]
    public void Tokens_and_sessions_are_bounded_the_oldest_goes()
    {
        var first = _keys.Issue();
        var session = _keys.Redeem(_keys.Issue());
        for (var i = 0; i < 40; i++)
        {
            _keys.Redeem(_keys.Issue()).ShouldNotBeNull();
        }

        _keys.Knows(session).ShouldBeFalse();
        _keys.Redeem(first).ShouldNotBeNull("it was still among the sixteen newest that wait");

        var waiting = _keys.Issue();
        for (var i = 0; i < 16; i++)
        {
            _keys.Issue();
        }

        _keys.Redeem(waiting).ShouldBeNull();
    }

    [Fact]
    public void Nothing_is_no_session() => _keys.Knows(null).ShouldBeFalse();
}

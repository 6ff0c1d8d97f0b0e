using Akka.Configuration;
using Meshara.Actors.Configuration;
using Meshara.Actors.Tests.House;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Configuration;

/// <summary>What a node takes on while it runs, key by key, and what it does not.</summary>
public sealed class LiveSettingsTests
{
    /// <summary>Every key with another value than the default.</summary>
    private const string Other = """
        meshara {
          network = other, listen = "127.0.0.1:1", data = /other, profile = minimal, peers = ["127.0.0.1:1"], dispatcher = akka.actor.internal-dispatcher, removed-for = 1h
          discovery {
            enabled-methods = [manual], mdns-interval = 40s, bootstrap-nodes = ["127.0.0.1:2"], bootstrap-retry { initial = 2s, max = 2m }
            max-peers = 40, target-peers = 20, exchange { ask-interval = 20m, answer-interval = 2m }
            mdns { include-interfaces = [eth0], exclude-interfaces = [eth1], max-sightings-per-minute = 7 }
          }
          heartbeat { interval = 20s, timeout = 5s, detector = adaptive, acceptable-pause = 2s, phi = 8 }
          backoff { initial = 2s, max = 20m }
          connection {
            handshake-timeout = 9s, max-handshake-frame-size = 5000, max-frame-size = 2MiB, max-queued-size = 8MiB, max-queued-messages = 5000, max-dials = 9
            goodbye-timeout = 400ms, max-pings-per-minute = 500, max-receive-rate = 64MiB, max-frames-per-second = 1000
          }
          listener { max-handshakes = 99, max-handshakes-per-source = 9, accepts-per-second = 50, accepts-per-source-per-minute = 600 }
          store {
            provider = PostgreSQL, connection-string = "Host=db;Password=hunter2", connection-string-variable = OTHER, flush-interval = 2s, snapshot-every = 900
            snapshot-after = 2d, max-known-peers = 9000, restart { initial = 300ms, max = 20s }
          }
          reputation {
            half-life = 2h, disconnect-below = -30, ban-below = -60, ban-for = 2h, ban-for-at-most = 9d, message-delivered = 2, verification-failed = -30, timeout = -6
            connection-lost = -3, rate-exceeded = -9, unsolicited = -7, useless-records = -9, gain-per-minute = 9
          }
          events { history = 99, subscriber-buffer = 99 }
        }
        """;

    private static readonly string[] AtStartOnly =
    [
        "data", "discovery.enabled-methods", "discovery.mdns.exclude-interfaces", "discovery.mdns.include-interfaces", "dispatcher", "events", "listen",
        "network", "reputation", "store",
    ];

    private static readonly MesharaSettings Default = new(), Wanted = MesharaConfiguration.Load(ConfigurationFactory.ParseString(Other));

    [Fact]
    public void Each_key_is_taken_on_or_needs_a_restart()
    {
        var report = LiveSettings.Report(Default, LiveSettings.Over(Default, Wanted), Wanted);

        report.Applied.Concat(report.NeedsRestart).Select(s => s.Key).Order(StringComparer.Ordinal).ShouldBe(SettingKeys.Of(Default).Keys);
        report.NeedsRestart.ShouldAllBe(s => AtStartOnly.Any(k => s.Key == k || s.Key.StartsWith($"{k}.", StringComparison.Ordinal)));
        report.Applied.ShouldAllBe(s => !AtStartOnly.Any(k => s.Key == k || s.Key.StartsWith($"{k}.", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_readme_names_those_that_need_a_restart()
    {
        var line = File.ReadLines(Repository.PathTo("README.md")).Single(l => l.StartsWith("A restart is needed for ", StringComparison.Ordinal));

        line.Split('`').Where((_, i) => i % 2 == 1).Order(StringComparer.Ordinal).ShouldBe(AtStartOnly);
    }

    [Fact]
    public void A_password_is_not_told()
    {
        var report = LiveSettings.Report(Default, Default, Wanted);

        $"{string.Join(' ', report.NeedsRestart)}".ShouldNotContain("hunter2");
        report.NeedsRestart.Single(s => s.Key == "store.connection-string").ShouldBe(new ChangedSetting("store.connection-string", "", EffectiveConfiguration.Masked));
    }

    [Fact]
    public void What_is_as_it_was_is_not_told() =>
        LiveSettings.Report(Default, LiveSettings.Over(Default, Default), Default).ShouldSatisfyAllConditions(
            r => r.Applied.ShouldBeEmpty(), r => r.NeedsRestart.ShouldBeEmpty());
}

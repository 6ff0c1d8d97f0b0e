using System.Globalization;
using Google.Protobuf;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Core.Wire;

/// <summary>What a valid <c>Hello</c> says of the peer.</summary>
/// <param name="Agent">What it runs; free text for people, without control characters.</param>
/// <param name="ListenPort">The TCP port it listens on; 0 for none.</param>
/// <param name="ObservedAddress">The address that it sees this node at; null if it does not say.</param>
/// <param name="Record">Its own verified record; null if it sent none.</param>
internal sealed record Introduction(string Agent, int ListenPort, PeerAddress? ObservedAddress, SignedRecord? Record)
{
    /// <summary>Whether it dials back when it is asked to (<see cref="Handshake.CheckReach"/>).</summary>
    public bool ChecksReach { get; init; }
}

/// <summary>The <c>Hello</c> exchange: making one, and judging the other side's.</summary>
internal static class Handshake
{
    public const uint ProtocolVersion = 1;

    public const int MaxNetworkLength = 64;

    public const int MaxAgentLength = 128;

    /// <summary>The capability of those who answer a <c>CheckReach</c>.</summary>
    public const string CheckReach = "check-reach";

    public static Envelope Hello(
        string network, string agent, int listenPort, PeerAddress? observed, ReadOnlyMemory<byte> record, params ReadOnlySpan<string> capabilities)
    {
        var hello = new Hello
        {
            ProtocolVersion = ProtocolVersion,
            Network = network,
            Agent = agent,
            ListenPort = (uint)listenPort,
            Record = ByteString.CopyFrom(record.Span),
        };
        foreach (var capability in capabilities)
        {
            hello.Capabilities.Add(capability);
        }

        if (observed is not null)
        {
            hello.ObservedAddress = observed.ToWire();
        }

        return new Envelope { Hello = hello };
    }

    /// <summary>
    /// Judges the first message of a peer that has proven to be <paramref name="peer"/>. A field of a later version is skipped; one of
    /// this version that breaks its limit is a <see cref="Reason.ProtocolError"/>.
    /// </summary>
    public static (Introduction? Introduction, Reason? Refusal) Judge(Envelope first, string network, PublicKey peer, RecordVerifier records)
    {
        if (first.MessageCase != Envelope.MessageOneofCase.Hello)
        {
            return (null, Reason.ProtocolError);
        }

        var hello = first.Hello;
        if (hello.ProtocolVersion != ProtocolVersion)
        {
            return (null, Reason.VersionMismatch);
        }

        if (hello.Network != network)
        {
            return (null, Reason.WrongNetwork);
        }

        if (hello.ListenPort > System.Net.IPEndPoint.MaxPort || hello.Agent.Length > MaxAgentLength)
        {
            return (null, Reason.ProtocolError);
        }

        SignedRecord? record = null;
        if (hello.Record.Length > 0 && (!records.TryVerify(hello.Record.Memory, out record) || record.Content.Key != peer))
        {
            return (null, Reason.BadSignature);
        }

        var observed = hello.ObservedAddress is { } wire && Addresses.TryFromWire(wire, out var address) ? address : null;

        // The agent goes to terminals and logs: a control character could rewrite what an operator sees.
        var agent = string.Concat(hello.Agent.Select(c => Rewrites(c) ? '?' : c));
        return (
            new Introduction(agent, (int)hello.ListenPort, observed, record) { ChecksReach = hello.Capabilities.Contains(CheckReach) }, null);
    }

    /// <summary>Moves the cursor, ends the line, turns the direction of writing ("Trojan Source", CVE-2021-42574), or is invisible.</summary>
    private static bool Rewrites(char c) => char.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}

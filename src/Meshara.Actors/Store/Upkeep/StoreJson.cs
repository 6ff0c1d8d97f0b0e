using System.Collections.Immutable;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Store.Upkeep;

/// <summary>
/// What a store holds as JSON lines that people and programs read: one line for the store, one for each peer and banned range, or one for each
/// event. What is read back is hostile until checked: every bound of the store holds for it, and a record is believed for its signature.
/// </summary>
internal static class StoreJson
{
    public const int Schema = 1;

    /// <summary>The longest line that is read, in UTF-16 units. The largest peer that a store holds takes some 20,000.</summary>
    public const int MaxLine = 64 * 1024;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false),
            new TextConverter<NodeId>(NodeId.Parse),
            new TextConverter<PublicKey>(PublicKey.Parse),
            new TextConverter<PeerAddress>(PeerAddress.Parse),
            new TextConverter<IPNetwork>(AddressRange.Parse),
            new TextConverter<SignedRecord>(Verified, record => Convert.ToBase64String(record.Bytes.Span)),
        },
    };

    /// <summary>The first line of an export.</summary>
    public static string Head(NodeId node, DateTimeOffset at) => Line("store", new Exported(Schema, node, at));

    public static string Line(KnownPeer p) => Line("peer", new ExportedPeer(
        p.Key, p.Source, p.FirstSeen, p.Manual, p.Addresses, p.Reputation, p.History.Entries, p.BytesSent, p.BytesReceived)
    {
        LastSeen = p.LastSeen, Ban = p.Ban, RemovedUntil = p.RemovedUntil, Record = p.Record, ToldBy = p.ToldBy,
    });

    public static string Line(RangeBan ban) => Line("range-ban", ban);

    public static string Line(PlacedEvent e)
    {
        var line = new JsonObject { ["kind"] = "event", ["sequence"] = e.Sequence, ["event"] = e.Kind };
        foreach (var (name, value) in JsonSerializer.SerializeToNode(e.Event, e.Event.GetType(), Options)!.AsObject().ToList())
        {
            line[name] = e.Event is PeerStoreEvents.PeerImported imported && name == "known" ? JsonNode.Parse(Line(imported.Known)) : value?.DeepClone();
        }

        return line.ToJsonString(Options);
    }

    /// <summary>Reads one line of an export: a <see cref="KnownPeer"/>, a <see cref="RangeBan"/>, or null for what is not to be imported.</summary>
    /// <exception cref="FormatException">What is wrong with it, in one sentence.</exception>
    public static object? Read(string line)
    {
        try
        {
            var json = JsonNode.Parse(line) as JsonObject ?? throw new FormatException("This is no JSON object.");
            var kind = json["kind"]?.GetValue<string>();
            json.Remove("kind");
            return kind switch
            {
                "store" => json.Deserialize<Exported>(Options) is { Schema: Schema }
                    ? null
                    : throw new FormatException($"Another version of Meshara exported this; this one reads schema {Schema}."),
                "peer" => Check(json.Deserialize<ExportedPeer>(Options)!.ToKnown()),
                "range-ban" => Check(json.Deserialize<RangeBan>(Options)!),
                "event" => throw new FormatException("This is the history of a store, which cannot be imported; export without --events."),
                _ => throw new FormatException($"Lines of the kind '{kind}' are not known here."),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException(e.InnerException is FormatException inner ? inner.Message : InWords(e.Message), e);
        }
    }

    /// <summary>Without the names of our types, which mean nothing to who wrote the line.</summary>
    private static string InWords(string message)
    {
        const string Lacks = "missing required properties including: ";
        var at = message.IndexOf(Lacks, StringComparison.Ordinal);
        return at >= 0 ? $"It lacks {message[(at + Lacks.Length)..]}" : message.Split('\n')[0];
    }

    private static KnownPeer Check(KnownPeer peer)
    {
        Must(peer.Addresses.Length <= KnownPeer.MaxAddresses, $"A peer has at most {KnownPeer.MaxAddresses} addresses.");
        Must(peer.Addresses.DistinctBy(a => a.Address).Count() == peer.Addresses.Length, "An address stands there twice.");
        Must(peer.Addresses.All(a => a.Failures >= 0), "Failures cannot be fewer than none.");
        Must(peer.History.Entries.Length <= ReputationHistory.MaxEntries, $"A history has at most {ReputationHistory.MaxEntries} entries.");
        Must(IsScore(peer.Reputation.Score) && peer.History.Entries.All(e => IsScore(e.Score) && double.IsFinite(e.Delta)), "A score lies between -100 and 100.");
        Must(peer.Reputation.Gained is >= 0 and <= Reputation.Highest, "What was gained lies between 0 and 100.");
        Must(peer.BytesSent >= 0 && peer.BytesReceived >= 0, "Bytes cannot be fewer than none.");
        Must(peer.Ban is null or { Count: > 0 }, "The first ban is number 1.");
        Must(peer.Record is null || peer.Record.Peer == peer.Id, "The record is another peer's.");
        CheckNote(peer.Ban?.Note);
        foreach (var entry in peer.History.Entries)
        {
            CheckNote(entry.Note);
        }

        return peer;
    }

    private static RangeBan Check(RangeBan ban)
    {
        CheckNote(ban.Note);
        return ban;
    }

    private static void CheckNote(string? note) => Must(BanNote.ErrorOf(note) is null, BanNote.ErrorOf(note) ?? "");

    private static bool IsScore(double score) => score is >= Reputation.Lowest and <= Reputation.Highest;

    private static void Must(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new FormatException(otherwise);
        }
    }

    private static SignedRecord Verified(string text) => SignedRecord.TryVerify(Convert.FromBase64String(text), out var record)
        ? record
        : throw new FormatException("The signature of the record is not that of its peer.");

    private static string Line<T>(string kind, T value)
    {
        var json = JsonSerializer.SerializeToNode(value, Options)!.AsObject();
        json.Insert(0, "kind", kind);
        return json.ToJsonString(Options);
    }

    private sealed record Exported(int Schema, NodeId Node, DateTimeOffset ExportedAt);

    private sealed record ExportedPeer(
        PublicKey PublicKey, PeerSource Source, DateTimeOffset FirstSeen, bool Manual, ImmutableArray<KnownAddress> Addresses,
        Reputation Reputation, ImmutableArray<ReputationEntry> History, long BytesSent, long BytesReceived)
    {
        public DateTimeOffset? LastSeen { get; init; }

        public Ban? Ban { get; init; }

        public DateTimeOffset? RemovedUntil { get; init; }

        public SignedRecord? Record { get; init; }

        public NodeId? ToldBy { get; init; }

        public KnownPeer ToKnown() => new()
        {
            Id = NodeId.Of(PublicKey), Key = PublicKey, Source = Source, FirstSeen = FirstSeen, Manual = Manual,
            Addresses = Addresses.IsDefault ? [] : Addresses,
            Reputation = Reputation, History = History.IsDefaultOrEmpty ? ReputationHistory.Empty : ReputationHistory.Of(History),
            BytesSent = BytesSent, BytesReceived = BytesReceived, LastSeen = LastSeen, Ban = Ban, RemovedUntil = RemovedUntil, Record = Record,
            ToldBy = ToldBy,
        };
    }

    private sealed class TextConverter<T>(Func<string, T> parse, Func<T, string>? text = null) : JsonConverter<T>
        where T : notnull
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            parse(reader.GetString() ?? throw new FormatException($"A {typeof(T).Name} is missing."));

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(text is null ? value.ToString() : text(value));

        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsAssignableTo(typeof(T));
    }
}

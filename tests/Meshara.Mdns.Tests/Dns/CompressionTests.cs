using Meshara.Mdns.Dns;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Dns;

/// <summary>The names of a packet as its reader sees them.</summary>
public sealed class CompressionTests
{
    [Theory]
    [InlineData("00", ".")]
    [InlineData("016100", "a")]
    [InlineData("0161 00", "a")]
    [InlineData("c00c", "first.local")]
    [InlineData("c012", "local")]
    [InlineData("0161c012", "a.local")]
    [InlineData("c018", ".")]
    [InlineData("0161c018", "a")]
    public void A_pointer_leads_to_a_name_before(string name, string read) => ReadSecond(name).ShouldBe((Malformed.None, read));

    [Theory]
    [InlineData("c01d", "itself")]
    [InlineData("0161c01d", "the start of its own name")]
    [InlineData("0161c01e", "a place within its own name")]
    [InlineData("c01f", "what comes after")]
    [InlineData("ffff", "a place past the packet")]
    [InlineData("c000", "the header")]
    [InlineData("c00b", "the last byte of the header")]
    [InlineData("c01a", "bytes that run into it")]
    public void A_pointer_to_anything_else_is_refused(string name, string to) =>
        ReadSecond(name).Malformed.ShouldBe(Malformed.BadName, to);

    [Theory]
    [InlineData("40")]
    [InlineData("80")]
    [InlineData("bf")]
    [InlineData("4161")]
    public void The_other_two_kinds_of_label_are_refused(string name) =>
        ReadSecond(name + "00").Malformed.ShouldBe(Malformed.BadName);

    [Theory]
    [InlineData("3f61616161")]
    [InlineData("0161016101")]
    [InlineData("01610161c0")]
    [InlineData("0461616161")]
    public void A_name_that_does_not_end_is_refused(string name) =>
        MessageReader.TryRead(Bytes.Of(0, questions: 1).Hex(name).ToArray(), out _).ShouldBe(Malformed.BadName);

    [Theory]
    [InlineData(61, nameof(Malformed.None))]
    [InlineData(62, nameof(Malformed.BadName))]
    [InlineData(63, nameof(Malformed.BadName))]
    public void A_name_has_255_bytes_at_most_also_when_it_is_put_together(int last, string malformed)
    {
        var label = new string('a', 63);
        var packet = Bytes.Of(0, questions: 2).Labels(label, label, new string('b', last)).Raw(0).U16(1).U16(1)
            .Labels(label).Pointer(12).U16(1).U16(1).ToArray();

        MessageReader.TryRead(packet, out _).ToString().ShouldBe(malformed);
    }

    [Fact]
    public void A_name_of_as_many_labels_as_there_can_be_is_read_pointer_by_pointer()
    {
        MessageReader.TryRead(Chain(127), out var message).ShouldBe(Malformed.None);
        message!.Questions[^1].Name.Labels.Length.ShouldBe(127);

        MessageReader.TryRead(Chain(128), out _).ShouldBe(Malformed.BadName);
    }

    [Theory]
    [InlineData(127, nameof(Malformed.None))]
    [InlineData(128, nameof(Malformed.BadName))]
    public void Pointers_to_pointers_are_followed_only_so_far(int pointers, string malformed)
    {
        var packet = Bytes.Of(0x8400, answers: 2).Name("a").Data(4711, 1, 120, data =>
        {
            data.Pointer(12);
            for (var i = 2; i < pointers; i++)
            {
                data.Pointer(data.Length - 2);
            }
        });
        packet.Pointer(packet.Length - 2).Data(13, 1, 120, _ => { });

        MessageReader.TryRead(packet.ToArray(), out _).ToString().ShouldBe(malformed);
    }

    [Fact]
    public void A_packet_that_is_a_bomb_of_names_is_refused()
    {
        var packet = Bytes.Of(0x8400, answers: MessageReader.MaxRecords);
        packet.Labels([.. Enumerable.Repeat(new string('a', 62), 4)]).Raw(0).Data(13, 1, 120, _ => { });
        for (var i = 1; i < MessageReader.MaxRecords; i++)
        {
            packet.Pointer(12).Data(12, 1, 120, d => d.Pointer(12));
        }

        var bytes = packet.ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = MessageReader.TryRead(bytes, out _);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        found.ShouldBe(Malformed.TooLong);
        allocated.ShouldBeLessThan(2 * MessageReader.MaxNameBytes);
    }

    // Each name is one label and a pointer to the name before.
    private static byte[] Chain(int names)
    {
        var packet = Bytes.Of(0, questions: names);
        var previous = packet.Length;
        packet.Name("a").U16(1).U16(1);
        for (var i = 1; i < names; i++)
        {
            var here = packet.Length;
            packet.Labels("b").Pointer(previous).U16(1).U16(1);
            previous = here;
        }

        return packet.ToArray();
    }

    // After first.local, which is at 12, 18 and 24, and its type and class: at 29.
    private static (Malformed Malformed, string? Name) ReadSecond(string name)
    {
        var packet = Bytes.Of(0, questions: 2).Name("first.local").U16(12).U16(1).Hex(name).U16(12).U16(1).ToArray();
        var malformed = MessageReader.TryRead(packet, out var message);
        return (malformed, message?.Questions[1].Name.ToString());
    }
}

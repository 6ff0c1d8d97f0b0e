using System.Text;
using Meshara.Core.Identity;
using Meshara.Node.Tests.EndToEnd;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Output;

public sealed class ShortIdTests : IDisposable
{
    private const string AnyPort = "127.0.0.1:0";

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task An_id_may_be_shortened_to_6_digits_as_long_as_these_mean_one_peer()
    {
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        var (first, second) = TwoThatBeginAlike();
        await Write("two", first);
        await Write("three", second);
        using var two = await NodeProcess.RunAsync(_data["two"], "--listen", AnyPort, "--peer", one.Address);
        await one.NextAsync("peer-connected");

        (await Ping(two.Id[..6])).Exit.ShouldBe(0);
        (await Ping(two.Id[..6].ToUpperInvariant())).Exit.ShouldBe(0);
        (await Ping(two.Id)).Exit.ShouldBe(0);
        await Fails(two.Id[..5], 2, "usage: ", "6 or more");
        await Fails("xyzxyz", 2, "usage: ", "6 or more");
        await Fails(two.Id + "0", 2, "usage: ", "64");
        await Fails(two.Id[..5] + (two.Id[5] == '0' ? '1' : '0'), 1, "unknown-peer: ", "list the peers");
        await Fails(new string('0', 64), 1, "unknown-peer: ", "list the peers");

        using var three = await NodeProcess.RunAsync(_data["three"], "--listen", AnyPort, "--peer", one.Address);
        await one.NextAsync("peer-connected");

        await Fails(two.Id[..6], 2, "usage: ", "more digits");
        (await Ping(three.Id)).Exit.ShouldBe(0);
    }

    /// <summary>Two identities whose ids have their first 6 digits in common: among some 5,000 there is such a pair.</summary>
    private static (NodeIdentity First, NodeIdentity Second) TwoThatBeginAlike()
    {
        var made = new Dictionary<string, NodeIdentity>();
        while (true)
        {
            var next = NodeIdentity.Create();
            var prefix = next.Id.ToString()[..6];
            if (made.TryGetValue(prefix, out var same))
            {
                return (same, next);
            }

            made[prefix] = next;
        }
    }

    private async Task Write(string name, NodeIdentity identity)
    {
        Directory.CreateDirectory(_data[name]);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new FileStream(Path.Combine(_data[name], IdentityFile.Name), options);
        await file.WriteAsync(Encoding.ASCII.GetBytes(identity.ToPem()));
    }

    private Task<(int Exit, string Out, string Error)> Ping(string id) => NodeProcess.CommandAsync("ping", id, "--data", _data["one"]);

    private async Task Fails(string id, int exit, string reason, string sentence)
    {
        var failed = await Ping(id);

        failed.Exit.ShouldBe(exit);
        failed.Out.ShouldBeEmpty();
        var line = failed.Error.Trim().Split('\n').ShouldHaveSingleItem();
        line.ShouldStartWith(reason);
        line.ShouldContain(sentence);
    }
}

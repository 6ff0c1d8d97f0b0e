using System.Security.Cryptography.X509Certificates;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Identity;

/// <summary>Certificates and records that come again: what is known of them already changes nothing of what is believed.</summary>
public sealed class VerifierTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly NodeIdentity _node = NodeIdentity.FromSeed(new byte[32]);
    private readonly CertificateVerifier _certificates = new();
    private readonly RecordVerifier _records = new();

    [Fact]
    public void A_certificate_proves_the_same_each_time()
    {
        using var certificate = IdentityCertificate.Create(_node, Now.AddHours(-1), Now.AddHours(1));
        for (var time = 0; time < 3; time++)
        {
            using var shown = X509CertificateLoader.LoadCertificate(certificate.RawData);

            _certificates.TryVerify(shown, Now, out var key, out var error).ShouldBeTrue(error);

            key.ShouldBe(_node.PublicKey);
        }
    }

    [Fact]
    public void A_certificate_that_was_good_is_refused_when_its_time_is_over()
    {
        using var certificate = IdentityCertificate.Create(_node, Now.AddHours(-1), Now.AddHours(1));
        _certificates.TryVerify(certificate, Now, out _, out _).ShouldBeTrue();

        _certificates.TryVerify(certificate, Now.AddHours(2), out _, out var late).ShouldBeFalse();
        _certificates.TryVerify(certificate, Now.AddHours(-2), out _, out var early).ShouldBeFalse();

        late.ShouldNotBeNull().ShouldContain("not valid now");
        early.ShouldBe(late);
        _certificates.TryVerify(certificate, Now, out var key, out _).ShouldBeTrue();
        key.ShouldBe(_node.PublicKey);
    }

    [Fact]
    public void A_certificate_that_proves_nothing_is_refused_each_time()
    {
        using var forged = X509CertificateLoader.LoadCertificate(Convert.FromHexString(TlsVectors.Mismatched));
        for (var time = 0; time < 3; time++)
        {
            _certificates.TryVerify(forged, Now, out var key, out var error).ShouldBeFalse();
            key.ShouldBe(default);
            error.ShouldNotBeNull();
        }
    }

    [Fact]
    public void A_good_certificate_speaks_for_no_other()
    {
        using var other = NodeIdentity.FromSeed([1, .. new byte[31]]);
        using var one = IdentityCertificate.Create(_node, Now.AddHours(-1), Now.AddHours(1));
        using var two = IdentityCertificate.Create(other, Now.AddHours(-1), Now.AddHours(1));
        foreach (var (certificate, owner) in new[] { (one, _node), (two, other), (one, _node), (two, other) })
        {
            _certificates.TryVerify(certificate, Now, out var key, out _).ShouldBeTrue();
            key.ShouldBe(owner.PublicKey);
        }
    }

    [Fact]
    public void A_record_reads_the_same_each_time_and_is_verified_once()
    {
        var bytes = RecordOf(42);

        _records.TryVerify(bytes, out var first).ShouldBeTrue();
        _records.TryVerify(bytes.ToArray(), out var again).ShouldBeTrue();

        first!.Content.Sequence.ShouldBe(42ul);
        again.ShouldBeSameAs(first);
    }

    [Fact]
    public void No_change_of_a_known_record_is_believed()
    {
        var bytes = RecordOf(42);
        _records.TryVerify(bytes, out _).ShouldBeTrue();
        for (var at = 0; at < bytes.Length; at++)
        {
            var changed = bytes.ToArray();
            changed[at] ^= 1;

            _records.TryVerify(changed, out _).ShouldBeFalse();
            _records.TryVerify(changed, out _).ShouldBeFalse("nor when it comes again");
        }

        _records.TryVerify(bytes, out var record).ShouldBeTrue();
        record!.Peer.ShouldBe(_node.Id);
    }

    [Fact]
    public void Who_reads_records_out_of_a_buffer_may_use_that_again()
    {
        var buffer = RecordOf(42);
        _records.TryVerify(buffer.ToArray(), out _).ShouldBeTrue();
        var bytes = buffer.ToArray();
        _records.TryVerify(bytes, out _).ShouldBeTrue();
        Array.Clear(bytes);

        _records.TryVerify(bytes, out _).ShouldBeFalse();
        _records.TryVerify(buffer, out var record).ShouldBeTrue();
        record!.Bytes.ToArray().ShouldBe(buffer);
    }

    public void Dispose() => _node.Dispose();

    private byte[] RecordOf(ulong sequence) => new PeerRecord(_node.PublicKey, sequence, [PeerAddress.Parse("192.0.2.1:7373")], ["relay"]).Sign(_node);
}

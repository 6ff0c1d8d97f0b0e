using System.Security.Cryptography.X509Certificates;
using Meshara.Core.Identity;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Identity;

/// <summary>The certificates are the published test vectors of the libp2p TLS specification (tls/tls.md, "Test vectors").</summary>
public sealed class IdentityCertificateTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const string Ed25519 =
        "308201ae30820156a0030201020204499602d2300a06082a8648ce3d040302302031123010060355040a13096c69627032702e696f310a"
        + "300806035504051301313020170d3735303130313133303030305a180f34303936303130313133303030305a302031123010060355040a"
        + "13096c69627032702e696f310a300806035504051301313059301306072a8648ce3d020106082a8648ce3d030107034200040c901d423c"
        + "831ca85e27c73c263ba132721bb9d7a84c4f0380b2a6756fd601331c8870234dec878504c174144fa4b14b66a651691606d8173e55bd37"
        + "e381569ea37c307a3078060a2b0601040183a25a0101046a3068042408011220a77f1d92fedb59dddaea5a1c4abd1ac2fbde7d7b879ed3"
        + "64501809923d7c11b90440d90d2769db992d5e6195dbb08e706b6651e024fda6cfb8846694a435519941cac215a8207792e42849cccc6c"
        + "d8136c6e4bde92a58c5e08cfd4206eb5fe0bf909300a06082a8648ce3d0403020346003043021f50f6b6c52711a881778718238f650c9f"
        + "b48943ae6ee6d28427dc6071ae55e702203625f116a7a454db9c56986c82a25682f7248ea1cb764d322ea983ed36a31b77";

    private const string Mismatched =
        "308201f73082019da0030201020204499602d2300a06082a8648ce3d040302302031123010060355040a13096c69627032702e696f310a"
        + "300806035504051301313020170d3735303130313133303030305a180f34303936303130313133303030305a302031123010060355040a"
        + "13096c69627032702e696f310a300806035504051301313059301306072a8648ce3d020106082a8648ce3d030107034200040c901d423c"
        + "831ca85e27c73c263ba132721bb9d7a84c4f0380b2a6756fd601331c8870234dec878504c174144fa4b14b66a651691606d8173e55bd37"
        + "e381569ea381c23081bf3081bc060a2b0601040183a25a01010481ad3081aa045f0803125b3059301306072a8648ce3d020106082a8648"
        + "ce3d03010703420004bf30511f909414ebdd3242178fd290f093a551cf75c973155de0bb5a96fedf6cb5d52da7563e794b512f66e60c7f"
        + "55ba8a3acf3dd72a801980d205e8a1ad29f204473045022100bb6e03577b7cc7a3cd1558df0da2b117dfdcc0399bc2504ebe7de6f65cad"
        + "e72802206de96e2a5be9b6202adba24ee0362e490641ac45c240db71fe955f2c5cf8df6e300a06082a8648ce3d04030203480030450221"
        + "00e847f267f43717358f850355bdcabbefb2cfbf8a3c043b203a14788a092fe8db022027c1d04a2d41fd6b57a7e8b3989e470325de4406"
        + "e52e084e34a3fd56eef0d0df";

    [Fact]
    public void The_vector_of_an_Ed25519_identity_is_accepted()
    {
        using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromHexString(Ed25519));

        IdentityCertificate.TryVerify(certificate, Now, out _, out var error).ShouldBeTrue(error);
    }

    [Fact]
    public void The_vector_whose_signature_is_of_another_key_is_refused()
    {
        using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromHexString(Mismatched));

        IdentityCertificate.TryVerify(certificate, Now, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_certificate_proves_the_identity_that_made_it()
    {
        using var identity = NodeIdentity.Create();
        using var certificate = IdentityCertificate.Create(identity, Now.AddHours(-1), Now.AddHours(1));

        IdentityCertificate.TryVerify(certificate, Now, out var key, out var error).ShouldBeTrue(error);
        key.ShouldBe(identity.PublicKey);
        IdentityCertificate.TryVerify(certificate, Now.AddHours(2), out _, out _).ShouldBeFalse();
    }
}

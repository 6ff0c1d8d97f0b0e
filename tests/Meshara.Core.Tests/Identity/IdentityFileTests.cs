using System.Security.Cryptography;
using Meshara.Core.Identity;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Identity;

public sealed class IdentityFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("meshara-identity-").FullName;

    private string Path => System.IO.Path.Combine(_folder, IdentityFile.Name);

    [Fact]
    public void It_is_made_once_and_is_the_same_ever_after()
    {
        using var first = IdentityFile.LoadOrCreate(Path);
        using var second = IdentityFile.LoadOrCreate(Path);
        using var loaded = IdentityFile.Load(Path);

        second.Id.ShouldBe(first.Id);
        loaded.Id.ShouldBe(first.Id);
        Directory.GetFiles(_folder).ShouldBe([Path], "no draft is left");
    }

    [Fact]
    public void It_is_made_for_its_owner_alone()
    {
        IdentityFile.LoadOrCreate(Path).Dispose();

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void It_is_PKCS8_that_other_programs_read()
    {
        IdentityFile.LoadOrCreate(Path).Dispose();

        var text = File.ReadAllText(Path);
        PemEncoding.TryFind(text, out var fields).ShouldBeTrue();
        text[fields.Label].ShouldBe("PRIVATE KEY");
        Convert.ToHexStringLower(Convert.FromBase64String(text[fields.Base64Data])).ShouldStartWith("302e020100300506032b657004220420");
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("")]
    public void What_OpenSSL_made_is_read(string end)
    {
        // openssl genpkey -algorithm ed25519; the public key as openssl pkey -pubout has it.
        Write($"-----BEGIN PRIVATE KEY-----{Or(end)}MC4CAQAwBQYDK2VwBCIEIB9pz7jAfleNmpMMHhJ7A7nUgGRNqTtnSYsRls826N2r{Or(end)}-----END PRIVATE KEY-----{end}");

        using var identity = IdentityFile.Load(Path);

        identity.PublicKey.ToString().ShouldBe("565c133678a94ec0bc86232724110a2f34809b478c364aaf4b7d2b642f5b30f2");
    }

    [Fact]
    public void A_missing_one_is_an_error_that_says_how_to_make_one_and_makes_none()
    {
        IdentityFile.Exists(Path).ShouldBeFalse();
        ErrorOf(() => IdentityFile.Load(Path)).ShouldBe($"There is no identity at {Path}. It is made when a node is started there first.");
        ErrorOf(() => IdentityFile.Load(System.IO.Path.Combine(_folder, "no", "such", "folder"))).ShouldStartWith("There is no identity at ");
        Directory.GetFileSystemEntries(_folder).ShouldBeEmpty();
    }

    [SkippableTheory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    public void One_that_others_can_use_is_refused_with_the_command_that_mends_it(UnixFileMode others)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such modes.");
        IdentityFile.LoadOrCreate(Path).Dispose();
        SetMode(UnixFileMode.UserRead | UnixFileMode.UserWrite | others);

        ErrorOf(() => IdentityFile.LoadOrCreate(Path)).ShouldEndWith($"Mend it with: chmod 600 {Path}");
    }

    [SkippableTheory]
    [InlineData(UnixFileMode.UserRead)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)]
    public void What_its_owner_may_do_is_his_affair(UnixFileMode mode)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such modes.");
        IdentityFile.LoadOrCreate(Path).Dispose();
        SetMode(mode);

        IdentityFile.Load(Path).Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("hello")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIB9p\n-----END PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIB9pz7jAfleNmpMMHhJ7A7nUgGRNqTtnSYsRls826N2r\n")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n")]
    public void A_damaged_one_is_an_error_and_stays_as_it_is(string content)
    {
        Write(content);

        ErrorOf(() => IdentityFile.LoadOrCreate(Path)).ShouldStartWith($"The identity {Path} is damaged: ");

        File.ReadAllText(Path).ShouldBe(content);
        Directory.GetFileSystemEntries(_folder).ShouldBe([Path]);
    }

    [Fact]
    public void A_key_of_another_kind_is_damaged()
    {
        using var rsa = RSA.Create(2048);
        Write(rsa.ExportPkcs8PrivateKeyPem());
        ErrorOf(() => IdentityFile.Load(Path)).ShouldContain("no PKCS#8 PEM of an Ed25519 key");

        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write(ecdsa.ExportPkcs8PrivateKeyPem());
        ErrorOf(() => IdentityFile.Load(Path)).ShouldContain("no PKCS#8 PEM of an Ed25519 key");
    }

    [Fact]
    public void A_huge_one_is_not_read()
    {
        Write(new string('x', 5000));

        ErrorOf(() => IdentityFile.Load(Path)).ShouldContain("it has 5000 bytes");
    }

    [Fact]
    public void A_folder_is_no_identity()
    {
        Directory.CreateDirectory(Path);

        ErrorOf(() => IdentityFile.LoadOrCreate(Path)).ShouldContain("is a folder, not a file");
    }

    [SkippableFact]
    public void A_device_is_not_opened()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such devices.");

        ErrorOf(() => IdentityFile.Load("/dev/zero")).ShouldContain("it has 0 bytes");
    }

    [Fact]
    public void A_link_to_an_identity_is_one()
    {
        var elsewhere = System.IO.Path.Combine(_folder, "elsewhere.pem");
        using var made = IdentityFile.LoadOrCreate(elsewhere);
        File.CreateSymbolicLink(Path, elsewhere);

        using var loaded = IdentityFile.LoadOrCreate(Path);

        loaded.Id.ShouldBe(made.Id);
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_an_error_and_nothing_is_made_there()
    {
        var elsewhere = System.IO.Path.Combine(_folder, "elsewhere.pem");
        File.CreateSymbolicLink(Path, elsewhere);

        ErrorOf(() => IdentityFile.LoadOrCreate(Path)).ShouldBe($"The identity {Path} is a link to {elsewhere}, where nothing is.");

        File.Exists(elsewhere).ShouldBeFalse();
    }

    [Fact]
    public void Where_no_file_can_be_made_is_an_error() =>
        ErrorOf(() => IdentityFile.LoadOrCreate(System.IO.Path.Combine(_folder, "no", "such", "folder"))).ShouldContain("cannot be written");

    [Fact]
    public void Of_many_starts_at_once_one_wins_and_all_have_its_identity()
    {
        for (var round = 0; round < 20; round++)
        {
            var path = System.IO.Path.Combine(_folder, $"{round}.pem");
            var identities = new NodeIdentity[8];
            Parallel.For(0, identities.Length, i => identities[i] = IdentityFile.LoadOrCreate(path));

            identities.Select(i => i.Id).Distinct().Count().ShouldBe(1);
            using var kept = IdentityFile.Load(path);
            kept.Id.ShouldBe(identities[0].Id);
            Array.ForEach(identities, i => i.Dispose());
        }

        Directory.GetFiles(_folder, "*.new").ShouldBeEmpty();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Or(string end) => end.Length > 0 ? end : "\n";

    private static string ErrorOf(Func<NodeIdentity> action)
    {
        var message = Should.Throw<IdentityException>(() => action().Dispose()).Message;
        message.ShouldNotContain('\n');
        return message;
    }

    private void Write(string content)
    {
        File.WriteAllText(Path, content);
        SetMode(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private void SetMode(UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path, mode);
        }
    }
}

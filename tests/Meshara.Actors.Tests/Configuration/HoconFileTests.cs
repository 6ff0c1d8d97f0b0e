using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.Persistence.Sql;
using CsCheck;
using Meshara.Actors.Configuration;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Configuration;

public sealed class HoconFileTests : IDisposable
{
    private static readonly Gen<string> Keys = Gen.OneOf("a", "b.c", "\"d.e\"", "f g", "\"\\n\"", "null", "a . b", "include", "a-b_1");

    private static readonly Gen<string> Values = Gen.OneOf(
        "1", "-0.5", "5 s", "x y # c", "null",
        "\"q\"", "\"\\n\\u00e9\"", "\"\"", "\"\"\"t\n\"\"\"", "${a}", "[]", "[1, 2]", "[\n  x\n  \"y\", # c\n]", "{}", "{ a = 1 }", "a/b", "\u00e9", "x\"y\"z");

    private static readonly Gen<string> Fields = Gen.Select(
        Keys, Gen.OneOf(" = ", ":", "=\n", " "), Values, Gen.OneOf("\n", "\n", ", ", "\r\n// c\n"), (k, a, v, s) => $"{k}{a}{v}{s}");

    private static readonly Gen<string> Blocks = Gen.Select(
        Keys, Gen.OneOf(" {", "\n{\n", " = { "), Fields.Array[0, 3], (k, o, f) => $"{k}{o}{string.Concat(f)}}}\n");

    /// <summary>HOCON, and what was HOCON before something fell into it.</summary>
    private static readonly Gen<string> HoconTexts = Gen.Select(
        Gen.OneOf(Fields, Blocks).Array[1, 4].Select(string.Concat),
        Gen.OneOf("", "", "", "{", "}", "[", "]", ",", "\n", "\"", "\"\"\"", "${", "$", "?", "#", "/", "::", "@", "+=", "include ", "\\", "=", "."),
        Gen.Double[0, 1],
        (text, odd, where) => text.Insert((int)(where * text.Length), odd));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("meshara-hocon-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("meshara {\n  heartbeat {\n    interval = 0s\n  }\n}", 3)]
    [InlineData("# a comment { \" [\nmeshara.heartbeat.interval = 0s", 2)]
    [InlineData("meshara.heartbeat { timeout = 5s, interval = 0s }", 1)]
    [InlineData("meshara {\n  heartbeat.interval = 5s\n  network = a\n  heartbeat {\n    # again\n    interval = 0s // the last one counts\n  }\n}", 6)]
    [InlineData("{\n  \"meshara\" : {\n \"heartbeat\" : { \"interval\" : \"0s\" } } }", 3)]
    [InlineData("meshara\n{\n  heartbeat\n  {\n    interval\n      =\n      0s\n  }\n}\n", 7)]
    [InlineData("zero = 0s\r\nmeshara {\r\n  data = \"\"\"a\r\n  b\"\"\"\r\n  heartbeat.interval = ${zero}\r\n}\r\n", 1)]
    public void A_refused_value_is_reported_with_its_file_and_line(string text, int line)
    {
        var lines = Refusal(text).Split('\n');

        lines.ShouldContain(l => l.StartsWith($"{File}:{line}: meshara.heartbeat.interval = \"0s\" is refused", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_element_of_a_list_and_each_unknown_key_has_its_own_line()
    {
        var lines = Refusal("meshara {\n  peers = [\n    \"192.0.2.1:1\"\n    \"nonsense\"\n  ]\n  hearbeat {\n    interval = 5s\n  }\n}").Split('\n');

        lines[0].ShouldStartWith($"{File}:4: meshara.peers = \"nonsense\" is refused");
        lines[1].ShouldBe($"{File}:7: meshara.hearbeat.interval is no key of Meshara; did you mean heartbeat.interval?");
    }

    [Fact]
    public void The_file_that_a_value_came_from_is_still_known_after_several_were_merged()
    {
        var weak = HoconFile.Parse("meshara.network = a\nmeshara.heartbeat.interval = 0s", "weak.conf");
        var strong = HoconFile.Parse("meshara {\n  network = \"\"\n}", "strong.conf");
        var system = ConfigurationFactory.ParseString("akka.loglevel = INFO")
            .WithFallback(strong.WithFallback(weak)).WithFallback(ConfigurationFactory.Default());

        var message = Should.Throw<MesharaStartException>(() => MesharaConfiguration.Load(system)).Message;

        message.ShouldContain("strong.conf:2: meshara.network");
        message.ShouldContain("weak.conf:2: meshara.heartbeat.interval");
    }

    [Theory]
    [InlineData("meshara {\n  network = a\n", 1, "the '{' on this line is never closed.")]
    [InlineData("meshara {\n}\n}", 3, "this '}' closes nothing.")]
    [InlineData("{ a = 1 }\nb = 2", 2, "unexpected 'b' after the closing '}' of the whole")]
    [InlineData("a = \"x\nb = 1", 1, "a '\"' on this line is never closed.")]
    [InlineData("a = \"\"\"x\nb = 1", 1, "the '\"\"\"' on this line is never closed.")]
    [InlineData("a = [1,\n2", 1, "the '[' of 'a' is never closed.")]
    [InlineData("a = [1,,2]", 1, "unexpected ',' in the list 'a'")]
    [InlineData("\nmeshara.listen = 127.0.0.1:0", 2, "a value with ':' in it needs double quotes")]
    [InlineData("a = [::]:0", 1, "unexpected ':' in the list 'a'")]
    [InlineData("a = b = c", 1, "unexpected '=' after the value of 'a'")]
    [InlineData("a = \nb = c", 2, "unexpected '=' after the value of 'a'")]
    [InlineData("a =", 1, "'a' has no value.")]
    [InlineData("a = ${b} [1]\nb = [2]", 1, "cannot be joined")]
    [InlineData("a = x { b = 1 }", 1, "cannot be joined")]
    [InlineData("a = 1\rb = 2", 1, "the line ends after the value of 'a'")]
    [InlineData("a = 1\u00a02", 1, "unexpected U+00A0")]
    [InlineData("just words", 1, "'just words' has no value")]
    [InlineData("= 5", 1, "unexpected '=' where a key should stand")]
    [InlineData("a..b = 5", 1, "unexpected '.' where a key should stand")]
    [InlineData("a { b = 1 } , c = 2", 1, "unexpected ',' where a key should stand")]
    [InlineData("a += 1", 1, "'+=' is not supported")]
    [InlineData("include \"other.conf\"", 1, "'include' is not supported")]
    [InlineData("a = ${?HOME}", 1, "environment variables are not")]
    [InlineData("a = ${b", 1, "the '${' is never closed")]
    [InlineData("a = \"\\x\"", 1, "'\\x' is no escape")]
    [InlineData("a = x\u0007@", 1, "a value with '@' in it needs double quotes")]
    public void What_is_no_hocon_is_refused_with_file_line_and_reason(string text, int line, string why)
    {
        var message = Refusal(text);

        message.ShouldStartWith($"{File}:{line}: ");
        message.ShouldContain(why);
        message.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("a = ${b}")]
    [InlineData("a = ${b}\nb = ${a}")]
    [InlineData("a = [${a}]")]
    public void A_substitution_that_leads_nowhere_is_refused(string text) => Refusal(text).ShouldStartWith(File);

    [Fact]
    public void Blocks_nested_without_end_are_refused_before_a_stack_overflows()
    {
        Refusal(string.Concat(Enumerable.Repeat("a{", 100_000))).ShouldContain("nested more than 64 deep");
        Refusal("a = " + new string('[', 100_000)).ShouldContain("nested more than 64 deep");
    }

    [Fact]
    public void A_file_that_is_missing_a_folder_too_large_binary_or_no_utf8_is_refused_on_one_line()
    {
        Should.Throw<MesharaStartException>(() => HoconFile.Load(File)).Message.ShouldBe($"{File}: there is no such configuration file.");
        Should.Throw<MesharaStartException>(() => HoconFile.Load(_folder.FullName)).Message.ShouldContain("a folder");
        Should.Throw<MesharaStartException>(() => HoconFile.Load("")).Message.ShouldNotContain("\n");
        RefusalOf(new byte[HoconFile.MaxSize + 1]).ShouldContain("larger than 1 MiB");
        RefusalOf([0x7f, 0x45, 0x4c, 0x46, 0, 0]).ShouldContain("binary");
        RefusalOf([0x61, 0xff, 0xfe]).ShouldContain("not UTF-8");
    }

    [Fact]
    public void A_byte_order_mark_is_no_key()
    {
        System.IO.File.WriteAllBytes(File, [0xef, 0xbb, 0xbf, .. "meshara.network = a"u8]);

        MesharaConfiguration.Load(HoconFile.Load(File)).Network.ShouldBe("a");
    }

    /// <summary>The strict reader stands before a parser that hangs or errs in silence: what it lets pass must be read as it was meant.</summary>
    [Fact]
    public void What_the_strict_reader_accepts_is_read_by_akka_without_end_or_surprise() =>
        HoconTexts
            .Sample(
                text =>
                {
                    var read = Task.Run(() => LeavesOf(text));
                    read.Wait(TimeSpan.FromSeconds(20)).ShouldBeTrue($"does not end: {text}");
                    read.Result.ShouldBeNull($"[{text}]");
                },
                iter: 8_000);

    /// <summary>The strict reader must take whatever is written in earnest, and know the line of each value in it.</summary>
    [Theory]
    [InlineData("Akka.Configuration.akka.conf")]
    [InlineData("Akka.Persistence.persistence.conf")]
    [InlineData("Akka.Persistence.Sql.persistence.conf")]
    [InlineData("hocon/meshara.conf")]
    public void The_reference_files_of_akka_and_our_own_are_read_value_by_value(string resource)
    {
        var assembly = new[] { typeof(Config), typeof(Akka.Persistence.Persistence), typeof(SqlPersistence), typeof(Mesh) }
            .Select(t => t.Assembly).Single(a => a.GetManifestResourceNames().Contains(resource));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        var text = reader.ReadToEnd();

        var lines = HoconOutline.Read(text);

        var source = text.Split('\n');
        var leaves = ConfigurationLayers.Leaves(ConfigurationFactory.ParseString(text));
        leaves.Count.ShouldBeGreaterThan(10);
        foreach (var (path, value) in leaves)
        {
            // What a ${...} brings along stands elsewhere; the key that has it is known.
            var known = lines.TryGetValue(path, out var line);
            (known || lines.Keys.Any(k => path.StartsWith($"{k}.", StringComparison.Ordinal))).ShouldBeTrue(path);
            if (known && value.Values is [HoconLiteral { Value: { Length: > 0 } literal }] && !literal.Contains('\n', StringComparison.Ordinal))
            {
                source[line - 1].ShouldContain(literal, customMessage: path);
            }
        }
    }

    /// <summary>A value that Akka sees and the strict reader does not; null if there is none, or the text was refused.</summary>
    private static string? LeavesOf(string text)
    {
        try
        {
            var lines = HoconOutline.Read(text);
            return ConfigurationLayers.Leaves(HoconFile.Parse(text, "f")).Keys
                .FirstOrDefault(leaf => !lines.Keys.Any(k => k == leaf || leaf.StartsWith($"{k}.", StringComparison.Ordinal)));
        }
        catch (Exception e) when (e is MesharaStartException or HoconSyntaxException)
        {
            return null;
        }
    }

    private string File => Path.Combine(_folder.FullName, "node.conf");

    private string Refusal(string text)
    {
        System.IO.File.WriteAllText(File, text);
        return Should.Throw<MesharaStartException>(() => MesharaConfiguration.Load(HoconFile.Load(File))).Message;
    }

    private string RefusalOf(byte[] bytes)
    {
        System.IO.File.WriteAllBytes(File, bytes);
        var message = Should.Throw<MesharaStartException>(() => HoconFile.Load(File)).Message;
        message.ShouldNotContain("\n");
        return message;
    }
}

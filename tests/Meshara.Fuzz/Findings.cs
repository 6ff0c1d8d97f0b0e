namespace Meshara.Fuzz;

/// <summary>Writes down each fault once, with the input that shows it and the command that replays that.</summary>
internal sealed class Findings(string folder)
{
    /// <summary>The input that is being read: what a stack overflow, which ends the process, leaves to look at is in the last file written.</summary>
    private static byte[] _running = [];

    private readonly Dictionary<string, Flaw> _flaws = [];

    public static byte[] Running
    {
        get => Volatile.Read(ref _running);
        set => Volatile.Write(ref _running, value);
    }

    public IReadOnlyList<Flaw> Flaws => [.. _flaws.Values];

    public bool IsNew(Flaw flaw) => !_flaws.ContainsKey(flaw.Kind);

    public void Add(Target target, Flaw flaw, byte[] input)
    {
        _flaws[flaw.Kind] = flaw;
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{target.Name}-{CorpusFile.NameOf(input)}.bin");
        File.WriteAllBytes(path, input);
        Console.WriteLine($"""
            {target.Name}: {flaw.Text}
              the input, shrunk to {input.Length} bytes: {Convert.ToHexStringLower(input.AsSpan(0, Math.Min(input.Length, 200)))}
              again: dotnet run -c Release --project tests/Meshara.Fuzz -- --target {target.Name} --replay {path}
              when it is mended, add it to corpus/{target.Name}.txt, behind "# regressions": {(input.Length <= 300 ? Convert.ToBase64String(input) : "base64 of that file")}
            """);
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Meshara.Node.Commands;
using Meshara.Node.Output;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Output;

/// <summary>The scripts are asked as their shells ask them; the program they ask is the parser itself, or pretended.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("meshara st", "status store")]
    [InlineData("meshara store re", "repair")]
    [InlineData("meshara run --profile ", "bridge minimal standard")]
    [InlineData("meshara completion ", "bash fish powershell zsh")]
    public async Task The_program_knows_what_may_come_next(string line, string expected)
    {
        var output = new StringWriter();

        var exit = await CommandLine.Root().Parse([$"[suggest:{line.Length}]", line]).InvokeAsync(new InvocationConfiguration { Output = output });

        exit.ShouldBe(0);
        output.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(s => !s.StartsWith('-') && !s.StartsWith('/')).ShouldBe(expected.Split(' '));
    }

    [SkippableFact]
    public async Task Bash_completes_by_asking_the_program_that_was_called()
    {
        Requires.Linux();
        var bash = Requires.Command("bash");
        await File.WriteAllTextAsync(_folder["completion"], Completion.Scripts["bash"].ReplaceLineEndings("\n"));

        // A program that says how it was asked, and suggests what has nothing to do with it as well; called by another name, as by a path.
        var script = $$"""
            source {{_folder["completion"]}}
            complete -p meshara
            ./called() { printf '%s|%s\n' "$1" "$2" >> {{_folder["asked"]}}; printf '%s\n' status store /h bans; }
            COMP_LINE='./called st --x' COMP_POINT=11 COMP_WORDS=(./called st --x) COMP_CWORD=1
            _meshara ./called st ./called
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        var lines = await RunAsync(bash, "--norc", "-c", script);

        lines.ShouldBe(["complete -o default -F _meshara meshara", "status", "store"]);
        (await File.ReadAllTextAsync(_folder["asked"])).ShouldBe("[suggest:10]|meshara st\n");
    }

    [SkippableFact]
    public async Task Fish_completes_by_asking_the_program()
    {
        var fish = Requires.Command("fish");
        await File.WriteAllTextAsync(_folder["completion"], Completion.Scripts["fish"].ReplaceLineEndings("\n"));

        var lines = await RunAsync(fish, "--no-config", "-c", $$"""
            function meshara; echo $argv[1]"|"$argv[2] >> {{_folder["asked"]}}; printf '%s\n' status store /h bans; end
            source {{_folder["completion"]}}
            complete -C "meshara st"
            """);

        lines.ShouldBe(["status", "store"]);
        (await File.ReadAllLinesAsync(_folder["asked"])).ShouldContain("[suggest:10]|meshara st");
    }

    [SkippableFact]
    public async Task Zsh_completes_by_asking_the_program_that_was_called()
    {
        var zsh = Requires.Command("zsh");
        await File.WriteAllTextAsync(_folder["completion"], Completion.Scripts["zsh"].ReplaceLineEndings("\n"));

        // What zsh has only while somebody presses a key is pretended: it leaves out itself what does not begin with the word.
        var lines = await RunAsync(zsh, "-f", "-c", $$"""
            compdef() { print "compdef $*" }
            compadd() { shift; print -l -- "$@" }
            ./called() { print "$1|$2" >> {{_folder["asked"]}}; print -l status store /h bans }
            source {{_folder["completion"]}}
            words=(./called st) CURRENT=2
            _meshara
            """);

        lines.ShouldBe(["compdef _meshara meshara", "status", "store", "bans"]);
        (await File.ReadAllTextAsync(_folder["asked"])).ShouldBe("[suggest:10]|meshara st\n");
    }

    [Fact]
    public void PowerShell_completes_by_asking_the_program()
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = System.Management.Automation.PowerShell.Create(runspace);
        shell.AddScript($"function meshara {{ $global:asked = \"$args\"; 'status', 'store', '/h', 'bans' }}\n{Completion.Scripts["powershell"]}").Invoke();
        shell.Streams.Error.ShouldBeEmpty();
        shell.Commands.Clear();

        var completed = CommandCompletion.CompleteInput("meshara st", 10, null, shell);

        completed.CompletionMatches.Select(m => m.CompletionText).ShouldBe(["status", "store"]);
        runspace.SessionStateProxy.GetVariable("asked").ShouldBe("[suggest:10] meshara st");
        CommandCompletion.CompleteInput("meshara st", 10, null, shell);
        CommandCompletion.CompleteInput("meshara ", 8, null, shell).CompletionMatches.Select(m => m.CompletionText).ShouldBe(["status", "store", "bans"]);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("fish")]
    [InlineData("powershell")]
    [InlineData("zsh")]
    public void Each_script_says_where_it_belongs(string shell) => Completion.Scripts[shell].ShouldContain($"meshara completion {shell}");

    private static async Task<string[]> RunAsync(string shell, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(shell, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var lines = (await process.StandardOutput.ReadToEndAsync()).Trim().Split('\n');
        (await error).ShouldBeEmpty();
        return lines;
    }
}

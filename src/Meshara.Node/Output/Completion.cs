using System.Collections.Immutable;

namespace Meshara.Node.Output;

/// <summary>
/// The scripts by which shells complete the command line. Each asks the program itself, by the directive <c>[suggest:POSITION]</c> of
/// System.CommandLine, so that none of them knows a command. The way in which the program was called is replaced by its name, by which the
/// parser knows where the arguments begin; forms such as <c>/?</c> are left out.
/// </summary>
internal static class Completion
{
    private const string Bash = """
        # Completion of meshara for bash. For this shell: source <(meshara completion bash)
        # For all: meshara completion bash > ~/.local/share/bash-completion/completions/meshara
        _meshara() {
            local line="meshara${COMP_LINE:${#COMP_WORDS[0]}:COMP_POINT-${#COMP_WORDS[0]}}" word="$2" suggestion
            COMPREPLY=()
            while IFS= read -r suggestion; do
                if [[ $suggestion == "$word"* && $suggestion != /* ]]; then COMPREPLY+=("$suggestion"); fi
            done < <("$1" "[suggest:${#line}]" "$line" 2>/dev/null)
        }
        complete -o default -F _meshara meshara
        """;

    private const string Zsh = """
        #compdef meshara
        # Completion of meshara for zsh. For this shell, after compinit: source <(meshara completion zsh)
        # For all: meshara completion zsh > a folder of $fpath/_meshara
        _meshara() {
            local line="meshara ${(j: :)words[2,CURRENT]}"
            local -a suggestions
            suggestions=(${(f)"$(${words[1]} "[suggest:${#line}]" "$line" 2>/dev/null)"})
            suggestions=(${suggestions:#/*})
            if (( $#suggestions )); then compadd -- $suggestions; else _files; fi
        }
        if [[ $funcstack[1] == _meshara ]]; then _meshara "$@"; else compdef _meshara meshara; fi
        """;

    private const string Fish = """
        # Completion of meshara for fish. For this shell: meshara completion fish | source
        # For all: meshara completion fish > ~/.config/fish/completions/meshara.fish
        function __meshara_suggest
            set -l line (commandline -cp)
            set -l called (string match -r '^\s*\S+' -- $line)
            set -l rest (string sub -s (math (string length -- $called) + 1) -- $line)
            set -l program (string trim -- $called)
            set -l asked meshara$rest
            $program "[suggest:"(string length -- $asked)"]" $asked 2>/dev/null | string match -v '/*'
        end
        complete -c meshara -n 'not __fish_prev_arg_in --config --data' -f -a '(__meshara_suggest)'
        complete -c meshara -n '__fish_prev_arg_in --config --data' -F
        """;

    private const string PowerShell = """
        # Completion of meshara for PowerShell. For this shell: meshara completion powershell | Out-String | Invoke-Expression
        # For all: put that line into the file that $PROFILE names.
        Register-ArgumentCompleter -Native -CommandName meshara -ScriptBlock {
            param($word, $command, $cursor)
            $line = "$command".PadRight($cursor - $command.Extent.StartOffset)
            $line = $line.Substring(0, $cursor - $command.Extent.StartOffset)
            $program = "$($command.CommandElements[0])"
            $line = 'meshara' + $line.Substring($program.Length)
            & $program "[suggest:$($line.Length)]" $line | Where-Object { $_.StartsWith($word) -and -not $_.StartsWith('/') } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    /// <summary>The script of each shell, by its name.</summary>
    public static ImmutableSortedDictionary<string, string> Scripts { get; } = new Dictionary<string, string>
    {
        ["bash"] = Bash, ["fish"] = Fish, ["powershell"] = PowerShell, ["zsh"] = Zsh,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}

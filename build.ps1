<#
.SYNOPSIS
Builds, tests, runs or packs Meshara, on any system that has PowerShell and the .NET SDK.

.DESCRIPTION
Build  builds the solution.
Test   builds it and runs all tests; those that need root, Avahi or PostgreSQL are skipped where these are missing.
Run    runs a node; what follows goes to `meshara run`.
Pack   makes the NuGet packages, in artifacts/ or in the folder of -Output.

It ends with the exit code of dotnet; with 2 for a target that does not exist.

.EXAMPLE
./build.ps1
./build.ps1 Test -Configuration Debug
./build.ps1 Run --data ./a --listen 127.0.0.1:0
./build.ps1 Pack -Output ./packages
#>
param(
    [Parameter(Position = 0)]
    [string] $Target = 'Build',

    [string] $Configuration = 'Release',

    # The folder for the packages and all that is built for them; nothing else is written then. For Pack.
    [string] $Output = '',

    [Parameter(ValueFromRemainingArguments = $true)]
    [string[]] $Rest = @()
)

# Only what the language itself has is used here, no cmdlet of any module: a host may offer none.
$solution = [IO.Path]::Combine($PSScriptRoot, 'Meshara.Actors.sln')
$program = [IO.Path]::Combine($PSScriptRoot, 'src', 'Meshara.Node')

switch ($Target) {
    'Build' { $arguments = @('build', $solution, '-c', $Configuration) + $Rest }
    'Test' { $arguments = @('test', $solution, '-c', $Configuration) + $Rest }
    'Run' { $arguments = @('run', '--project', $program, '-c', $Configuration, '--', 'run') + $Rest }
    'Pack' {
        $arguments = @('pack', $solution, '-c', $Configuration)
        if ($Output) {
            $folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Output)
            $arguments += @('--artifacts-path', [IO.Path]::Combine($folder, 'build'), "-p:PackageOutputPath=$folder")
        }

        $arguments += $Rest
    }
    default {
        [Console]::Error.WriteLine("build.ps1: there is no target '$Target'. The targets are Build, Test, Run and Pack.")
        exit 2
    }
}

& dotnet @arguments
exit $LASTEXITCODE

<#
.SYNOPSIS
Builds, tests, runs, packs or publishes Meshara, on any system that has PowerShell and the .NET SDK.

.DESCRIPTION
Build  builds the solution.
Test   builds it and runs all tests; those that need root, Avahi or PostgreSQL are skipped where these are missing.
Run    runs a node; what follows goes to `meshara run`.
Pack   makes the NuGet packages, in artifacts/ or in the folder of -Output.
Publish  makes the program as one file that needs no .NET, for each of -Runtime, in artifacts/RUNTIME/ or in the folder of -Output.

It ends with the exit code of dotnet; with 2 for a target that does not exist.

.EXAMPLE
./build.ps1
./build.ps1 Test -Configuration Debug
./build.ps1 Run --data ./a --listen 127.0.0.1:0
./build.ps1 Pack -Output ./packages
./build.ps1 Publish -Runtime linux-x64,linux-arm64
#>
param(
    [Parameter(Position = 0)]
    [string] $Target = 'Build',

    [string] $Configuration = 'Release',

    # The folder for what is made and all that is built for it; nothing else is written then. For Pack and Publish.
    [string] $Output = '',

    # The systems to publish for, as .NET names them.
    [string[]] $Runtime = @('linux-x64', 'linux-arm64', 'win-x64', 'osx-arm64'),

    [Parameter(ValueFromRemainingArguments = $true)]
    [string[]] $Rest = @()
)

# Only what the language itself has is used here, no cmdlet of any module: a host may offer none.
$solution = [IO.Path]::Combine($PSScriptRoot, 'Meshara.Actors.sln')
$program = [IO.Path]::Combine($PSScriptRoot, 'src', 'Meshara.Node')

$folder = [IO.Path]::Combine($PSScriptRoot, 'artifacts')
if ($Output) { $folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Output) }

switch ($Target) {
    'Build' { $arguments = @('build', $solution, '-c', $Configuration) + $Rest }
    'Test' { $arguments = @('test', $solution, '-c', $Configuration) + $Rest }
    'Run' { $arguments = @('run', '--project', $program, '-c', $Configuration, '--', 'run') + $Rest }
    'Pack' {
        $arguments = @('pack', $solution, '-c', $Configuration)
        if ($Output) {
            $arguments += @('--artifacts-path', [IO.Path]::Combine($folder, 'build'), "-p:PackageOutputPath=$folder")
        }

        $arguments += $Rest
    }
    'Publish' {
        # Not trimmed, since Akka finds types by their names; not compiled ahead of time, since LanguageExt.Core alone takes more than
        # five minutes of that. What is built lies beside the ordinary builds: for another system it is built and restored differently.
        foreach ($system in $Runtime) {
            $arguments = @('publish', $program, '-c', $Configuration, '-r', $system, '--self-contained', '-p:PublishSingleFile=true',
                '-p:IncludeNativeLibrariesForSelfExtract=true', '-p:EnableCompressionInSingleFile=true', '-p:DebugType=embedded',
                '-p:GenerateDocumentationFile=false', '--artifacts-path', [IO.Path]::Combine($folder, 'build'),
                '-o', [IO.Path]::Combine($folder, $system)) + $Rest
            & dotnet @arguments
            if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
        }

        exit 0
    }
    default {
        [Console]::Error.WriteLine("build.ps1: there is no target '$Target'. The targets are Build, Test, Run, Pack and Publish.")
        exit 2
    }
}

& dotnet @arguments
exit $LASTEXITCODE

#!/usr/bin/env pwsh
<#
.SYNOPSIS
Publishes Postcard for Linux and packs it for a release.

.DESCRIPTION
For each runtime postcard-<version>-<runtime>.tar.gz with the program, its documents, the example configuration and deploy/; beside them
SHA256SUMS (sha256sum -c SHA256SUMS). Needs Linux, the .NET SDK and tar. Writes the paths of what it made.

.EXAMPLE
./publish.ps1

.EXAMPLE
./publish.ps1 -Runtimes linux-arm64 -Output /srv/releases
#>
[CmdletBinding()]
param(
    [ValidateSet('linux-x64', 'linux-arm64')]
    [string[]] $Runtimes = @('linux-x64', 'linux-arm64'),

    # Folder for the archives; made when it is not there.
    [string] $Output = [IO.Path]::Combine($PSScriptRoot, 'dist')
)

# Only the language, .NET and external programs: a host without PowerShell's own modules can run this as well.
$ErrorActionPreference = 'Stop'
$project = [IO.Path]::Combine($PSScriptRoot, 'Postcard.csproj')
$beside = @('README.md', 'README.zh-CN.md', 'LICENSE', 'THIRD-PARTY-NOTICES.txt', 'postcard.example.json')
foreach ($file in [IO.Directory]::GetFiles([IO.Path]::Combine($PSScriptRoot, 'deploy'))) {
    $beside += "deploy/$([IO.Path]::GetFileName($file))"
}

function Invoke-Program([string] $program, [string[]] $arguments) {
    $lines = & $program @arguments
    if ($LASTEXITCODE -ne 0) {
        throw "$program $($arguments -join ' ') ended with ${LASTEXITCODE}:`n$($lines -join "`n")"
    }

    $lines
}

$Output = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Output)
[void][IO.Directory]::CreateDirectory($Output)
$version = Invoke-Program dotnet @('msbuild', $project, '-getProperty:Version')
$sums = @()

foreach ($runtime in $Runtimes) {
    $name = "postcard-$version-$runtime"
    $folder = [IO.Path]::Combine($Output, $name)
    if ([IO.Directory]::Exists($folder)) {
        [IO.Directory]::Delete($folder, $true)
    }

    [void](Invoke-Program dotnet @('publish', $project, '-c', 'Release', '-r', $runtime, '-o', $folder))
    $files = @([IO.Directory]::GetFileSystemEntries($folder))
    if ($files.Count -ne 1) {
        throw "One file was to be published, not $($files -join ', ')"
    }

    [void][IO.Directory]::CreateDirectory([IO.Path]::Combine($folder, 'deploy'))
    foreach ($file in $beside) {
        [IO.File]::Copy([IO.Path]::Combine($PSScriptRoot, $file), [IO.Path]::Combine($folder, $file))
    }

    $archive = "$folder.tar.gz"
    [void](Invoke-Program tar @('-C', $Output, '--owner=0', '--group=0', '--sort=name', '-czf', $archive, $name))
    [IO.Directory]::Delete($folder, $true)

    $hash = [Security.Cryptography.SHA256]::HashData([IO.File]::ReadAllBytes($archive))
    $sums += "$([Convert]::ToHexString($hash).ToLowerInvariant())  $name.tar.gz`n"
    $archive
}

$list = [IO.Path]::Combine($Output, 'SHA256SUMS')
[IO.File]::WriteAllText($list, -join $sums)
$list

using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Meshara.Benchmarks.Micro;

/// <summary>Single calls, by BenchmarkDotNet: nanoseconds and bytes each. In this process, since what is measured is internal to Meshara.</summary>
internal static class MicroSuite
{
    private static readonly Type[] All = [typeof(CodecBenchmarks), typeof(ReputationBenchmarks), typeof(SelectionBenchmarks), typeof(MdnsBenchmarks)];

    /// <summary>The tables go to stdout as Markdown, and as JSON and Markdown to the folder <c>BenchmarkDotNet.Artifacts</c>.</summary>
    public static int Run(bool quick)
    {
        var job = (quick ? Job.ShortRun : Job.Default).WithToolchain(InProcessEmitToolchain.Instance);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(new MemoryDiagnoser(new MemoryDiagnoserConfig(displayGenColumns: false)))
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddExporter(MarkdownExporter.GitHub, JsonExporter.BriefCompressed)
            .AddLogger(NullLogger.Instance)
            .WithOptions(ConfigOptions.JoinSummary);
        var summary = BenchmarkRunner.Run(All, config).Single();
        MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Unicode);
        return summary.HasCriticalValidationErrors || summary.Reports.Any(r => !r.Success) ? 1 : 0;
    }
}

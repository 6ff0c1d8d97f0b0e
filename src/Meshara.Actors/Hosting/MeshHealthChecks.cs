using Akka.Actor;
using Akka.Hosting;
using Meshara.Core.Peers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Akka.Hosting;

/// <summary>The health of a node for those who watch the host.</summary>
public static class MeshHealthChecks
{
    /// <summary>So long a check waits for a node that has not started yet, or does not answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Registers each check of the node's health with Akka.Hosting, which hands it on to the host's own health checks: named
    /// <c>NAME-no-peers</c>, <c>NAME-store-behind</c>, ..., and tagged with NAME.
    /// </summary>
    public static AkkaConfigurationBuilder WithMesharaHealthChecks(this AkkaConfigurationBuilder builder, string name = Meshara.Actors.Mesh.DefaultName) =>
        Health.Checks.Aggregate(builder, (akka, check) => akka.WithHealthCheck(
            $"{name}-{check}", async (system, _, cancellation) => Of(await JudgeAsync(system, name, cancellation).ConfigureAwait(false), check), tags: [name]));

    /// <summary>The same as one check of the host, named NAME, with all findings as its data; for hosts that have no use for one by one.</summary>
    public static IHealthChecksBuilder AddMesh(this IHealthChecksBuilder builder, string name = Meshara.Actors.Mesh.DefaultName) =>
        builder.Add(new HealthCheckRegistration(name, services => new Whole(services.GetRequiredService<ActorSystem>(), name), failureStatus: null, tags: [name]));

    private static async Task<MeshHealth> JudgeAsync(ActorSystem system, string name, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        return await Meshara.Actors.Mesh.Get(system, name).HealthAsync(patience.Token).ConfigureAwait(false);
    }

    private static HealthCheckResult Of(MeshHealth health, string check) =>
        health.Findings.Where(f => f.Name == check).Select(f => new HealthCheckResult(StatusOf(f.Level), Said(f))).Single();

    private static HealthStatus StatusOf(HealthLevel level) => level switch
    {
        HealthLevel.Healthy => HealthStatus.Healthy,
        HealthLevel.Degraded => HealthStatus.Degraded,
        _ => HealthStatus.Unhealthy,
    };

    private static string Said(HealthFinding finding) => finding.Remedy is null ? finding.Cause : $"{finding.Cause} {finding.Remedy}";

    private sealed class Whole(ActorSystem system, string name) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var health = await JudgeAsync(system, name, cancellationToken).ConfigureAwait(false);
            var wrong = health.Findings.Where(f => f.Level != HealthLevel.Healthy).Select(Said);
            return new HealthCheckResult(
                health.Level == HealthLevel.Failing ? context.Registration.FailureStatus : StatusOf(health.Level),
                string.Join(" ", wrong),
                data: health.Findings.ToDictionary(f => f.Name, object (f) => Said(f)));
        }
    }
}

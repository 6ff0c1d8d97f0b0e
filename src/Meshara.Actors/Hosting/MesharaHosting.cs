using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Meshara.Actors;
using Microsoft.Extensions.DependencyInjection;

namespace Akka.Hosting;

/// <summary>Hosts a node in an actor system that Akka.Hosting builds.</summary>
public static class MesharaHosting
{
    /// <summary>Starts a node with the actor system: <see cref="Mesh.StartAsync"/>.</summary>
    public static AkkaConfigurationBuilder WithMeshara(
        this AkkaConfigurationBuilder builder, string name = Mesh.DefaultName, Config? overrides = null) =>
        builder.WithActors(async (system, _) => await Mesh.StartAsync(system, name, overrides));

    /// <summary>
    /// Makes <see cref="Mesh"/> injectable. Akka.Hosting builds its actor systems when the container is complete, too late for
    /// <see cref="WithMeshara"/> to add a service itself.
    /// </summary>
    public static IServiceCollection AddMesh(this IServiceCollection services, string name = Mesh.DefaultName) =>
        services.AddSingleton(provider => Mesh.Get(provider.GetRequiredService<ActorSystem>(), name));
}

using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using Akka.Actor;
using Akka.Event;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Discovery;
using Meshara.Actors.Peers;
using Meshara.Actors.Store;
using Meshara.Actors.Telemetry;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Mdns.Sockets;

namespace Meshara.Actors.Hosting;

/// <summary>
/// Puts a node together: the one place that makes the real clock, the real randomness and the real network, and hands them in. What
/// fails here fails before anything was changed, with one clear line.
/// </summary>
internal static class NodeStart
{
    public static (IActorRef Supervisor, NodeContext Node) Start(
        ActorSystem system, string name, MesharaSettings settings)
    {
        if (!system.Dispatchers.HasDispatcher(settings.Dispatcher))
        {
            throw new MesharaStartException($"{name}.dispatcher = {settings.Dispatcher}: the actor system has no such dispatcher.");
        }

        var clock = NodeClock.Of(system.Scheduler);
        var held = new Stack<IDisposable>();
        Func<string?> mdnsProblem = () => null;
        Func<ImmutableArray<MdnsInterface>> mdnsInterfaces = () => [];
        try
        {
            var figures = Hold(held, NodeFigures.Of(name));
            var folder = Hold(held, DataFolder.Open(DataFolder.PathOf(settings.Data)));
            var identity = Hold(held, IdentityFile.LoadOrCreate(Path.Combine(folder.Path, IdentityFile.Name)));
            var database = StoreDatabase.Prepare(folder, settings.Store);
            var plugin = StorePlugin.Register(system, name, database);
            var transport = Hold(held, new TlsTransport(identity, clock));
            var listener = Hold(held, transport.Listen(settings.Listen));

            var addresses = AddressesOf(listener.LocalEndPoint);
            var node = new NodeDescription(identity.Id, identity.PublicKey, addresses, folder.Path, settings.Network);
            var context = new NodeContext(
                node, identity, settings, transport, clock, OwnRecord.Make(identity, settings.Network, addresses, clock.Now), RandomNumberGenerator.GetInt32(int.MaxValue))
            {
                ListenPort = listener.LocalEndPoint.Port,
                Figures = figures,
            };
            var parts = new NodeParts(
                (children, owner) => children.ActorOf(
                    PeerStoreSupervisor.Props(owner, identity.Id, plugin, settings.Store, settings.Reputation, settings.Dispatcher, figures.Store), "store"),
                children => children.ActorOf(
                    Props.Create(() => new Listener(listener, settings.Listener)).WithDispatcher(settings.Dispatcher), "listener"),
                settings.Discovery.EnabledMethods.Contains(DiscoveryMethod.LocalMdns)
                    ? children =>
                    {
                        (var discovery, mdnsProblem, mdnsInterfaces) = StartMdns(children, system, context, listener.LocalEndPoint);
                        return discovery;
                    }
                    : null,
                Bootstrap.PropsFor(settings.Discovery, clock, context.Seed, settings.Dispatcher) is { } bootstrap
                    ? children => children.ActorOf(bootstrap, "bootstrap")
                    : null,
                () => AddressesOf(listener.LocalEndPoint),
                () => IPAddress.IsLoopback(listener.LocalEndPoint.Address) || NetworkInterface.GetIsNetworkAvailable(),
                () => ReleaseAll(held))
            {
                DiscoveryProblem = () => mdnsProblem(),
                Interfaces = () => InterfaceLook.Read(mdnsInterfaces(), figures.Mdns),
            };
            var supervisor = system.ActorOf(MeshSupervisor.Props(context, parts), name);
            figures.Mailbox = ((ActorRefWithCell)supervisor).Underlying is { } cell ? () => cell.NumberOfMessages : null;
            return (supervisor, context);
        }
        catch (Exception e) when (e is TransportException or IdentityException or InvalidActorNameException)
        {
            ReleaseAll(held);
            throw new MesharaStartException(e.Message, e);
        }
        catch
        {
            ReleaseAll(held);
            throw;
        }
    }

    /// <summary>A host where no socket can be had for multicast DNS runs all the same: peers can be found by other ways.</summary>
    private static (IActorRef Discovery, Func<string?> Problem, Func<ImmutableArray<MdnsInterface>> Interfaces) StartMdns(
        IActorRefFactory children, ActorSystem system, NodeContext node, IPEndPoint listening)
    {
        try
        {
            var discovery = node.Settings.Discovery;
            var network = MdnsNetwork.Open(discovery.Mdns.Filter());
            node.Figures.Mdns = network.Counts;
            var parts = new MdnsParts(
                network,
                Advertisement.Of(node.Identity.PublicKey, listening.Port),
                listening.Address,
                discovery.MdnsInterval,
                discovery.Mdns.MaxSightingsPerMinute,
                node.Clock,
                node.Seed);
            return (
                children.ActorOf(MdnsDiscovery.Props(parts, node.Settings.Dispatcher), "mdns"),
                () => network.Interfaces.IsEmpty ? "no interface of this machine can be used for it" : null,
                () => network.Interfaces);
        }
        catch (SocketException e)
        {
            system.Log.Warning("No peers are looked for on the local network, because port 5353 cannot be shared: {0}", e.Message);
            return (ActorRefs.Nobody, () => $"port 5353 cannot be shared ({e.Message})", () => []);
        }
    }

    private static T Hold<T>(Stack<IDisposable> held, T resource)
        where T : IDisposable
    {
        held.Push(resource);
        return resource;
    }

    private static void ReleaseAll(Stack<IDisposable> held)
    {
        while (held.TryPop(out var resource))
        {
            resource.Dispose();
        }
    }

    /// <summary>Where others can dial: the bound endpoint, or for a wildcard each address of this machine, loopback first.</summary>
    private static ImmutableArray<PeerAddress> AddressesOf(IPEndPoint bound)
    {
        var any = bound.Address.Equals(IPAddress.Any) || bound.Address.Equals(IPAddress.IPv6Any);
        if (!any)
        {
            return [PeerAddress.Of(bound)];
        }

        var own = NetworkInterface.GetAllNetworkInterfaces()
            .Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Select(u => u.Address)
            .Where(a => a is { IsIPv6LinkLocal: false, IsIPv6SiteLocal: false }
                && (bound.Address.Equals(IPAddress.IPv6Any) || a.AddressFamily == AddressFamily.InterNetwork));
        return [.. own.Prepend(IPAddress.Loopback).Distinct().Select(a => PeerAddress.Of(a, bound.Port))];
    }
}

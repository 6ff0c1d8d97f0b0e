using Akka.Configuration;

namespace Meshara.Actors.Configuration;

/// <summary>
/// Makes the settings of a node of its configuration. For each key the strongest layer that has it wins: the overrides, then the
/// actor system's own configuration, then the profile, then the reference. Pure, but for the environment variable that may hold
/// the store's connection string, and that is handed in.
/// </summary>
internal static class MesharaConfiguration
{
    /// <summary>The settings of the node <paramref name="name"/>, whose block of HOCON has the same name.</summary>
    /// <param name="system">The configuration of the actor system; of it only that block is read, and which dispatchers there are.</param>
    /// <param name="name">The name of the node and of its block.</param>
    /// <param name="overrides">Goes before all others.</param>
    /// <param name="environment">The value of an environment variable; null: those of this process.</param>
    /// <exception cref="MesharaStartException">
    /// Values are refused or keys are unknown: one line for each, with the key, the value, what is allowed, and file:line if the
    /// configuration came from <see cref="HoconFile"/>.
    /// </exception>
    public static MesharaSettings Load(
        Config? system, string name = Mesh.DefaultName, Config? overrides = null, Func<string, string?>? environment = null)
    {
        var given = ConfigurationLayers.None.Over(overrides, name).Over(system, name);
        var profile = given["profile"]?.GetString() ?? "";
        var layers = given
            .Over(EmbeddedHocon.Profiles.GetValueOrDefault(profile), Mesh.DefaultName)
            .Over(EmbeddedHocon.Reference, Mesh.DefaultName);

        var reader = new SettingsReader(layers, name);
        var settings = new SettingsAssembly(reader).Assemble();
        settings = settings with { Store = FindConnectionString(settings.Store, reader, environment ?? Environment.GetEnvironmentVariable) };
        CheckDispatcher(settings.Dispatcher, system, reader);
        foreach (var key in given.Keys.Except(reader.Read).Order(StringComparer.Ordinal))
        {
            reader.RefuseUnknown(key, KnownKeys.Advice(key, reader.Read));
        }

        reader.ThrowIfRefused();
        return settings;
    }

    private static StoreSettings FindConnectionString(StoreSettings store, SettingsReader reader, Func<string, string?> environment)
    {
        if (store.ConnectionString.Length > 0 || store.ConnectionStringVariable.Length == 0)
        {
            if (store.ConnectionString.Length == 0 && store.Provider.StartsWith("PostgreSQL", StringComparison.Ordinal))
            {
                reader.Refuse("store.provider", store.Provider, "must have a store.connection-string, or a store.connection-string-variable");
            }

            return store;
        }

        var value = environment(store.ConnectionStringVariable);
        if (string.IsNullOrWhiteSpace(value))
        {
            reader.Refuse("store.connection-string-variable", store.ConnectionStringVariable, "must name an environment variable that is set");
        }

        return store with { ConnectionString = value ?? "" };
    }

    private static void CheckDispatcher(string id, Config? system, SettingsReader reader)
    {
        var builtIn = id is "" or "akka.actor.default-dispatcher" or "akka.actor.internal-dispatcher";
        if (!builtIn && !(system?.Root is not null && system.HasPath(id)))
        {
            reader.Refuse("dispatcher", id, "must be the id of a dispatcher that the actor system's configuration has");
        }
    }
}

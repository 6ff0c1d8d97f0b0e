using Meshara.Core.Identity;

namespace Meshara.Actors.Tests.Transport;

/// <summary>The same few identities in every run.</summary>
internal static class Identities
{
    public static NodeIdentity Alice() => Of(1);

    public static NodeIdentity Bob() => Of(2);

    public static NodeIdentity Carol() => Of(3);

    private static NodeIdentity Of(byte seed)
    {
        var bytes = new byte[32];
        Array.Fill(bytes, seed);
        return NodeIdentity.FromSeed(bytes);
    }

    /// <summary>One of many.</summary>
    public static NodeIdentity Numbered(int n) => NodeIdentity.FromSeed([.. Enumerable.Repeat((byte)0, 30), (byte)(n / 250), (byte)(n % 250)]);
}

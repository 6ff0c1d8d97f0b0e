using System.Security.Cryptography;
using System.Text;

namespace Meshara.Page.Access;

/// <summary>
/// Who may see the page: a one-time token in a link becomes a session, which a cookie names. All of it lives in memory, ends with the node, and is
/// bounded, the oldest out. What is kept are hashes, compared in constant time.
/// </summary>
internal sealed class AccessKeys(TimeProvider time)
{
    /// <summary>Links that wait to be opened, and browsers that are in. An operator has a few.</summary>
    private const int MaxTokens = 16, MaxSessions = 32;

    /// <summary>A link that nobody opened stands in a terminal or a log; it is not to be good for ever.</summary>
    public static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(30);

    private readonly Lock _gate = new();
    private readonly List<(byte[] Hash, DateTimeOffset Until)> _tokens = [];
    private readonly List<byte[]> _sessions = [];

    /// <summary>A new token, good for one use.</summary>
    public string Issue()
    {
        var token = NewSecret();
        lock (_gate)
        {
            Add(_tokens, (HashOf(token), time.GetUtcNow() + TokenLife), MaxTokens);
        }

        return token;
    }

    /// <summary>Uses a token up; the session that it opens, or null if it is none, was used already, or is too old.</summary>
    public string? Redeem(string token)
    {
        lock (_gate)
        {
            var (hash, now) = (HashOf(token), time.GetUtcNow());
            _tokens.RemoveAll(t => t.Until <= now);
            if (_tokens.RemoveAll(t => CryptographicOperations.FixedTimeEquals(t.Hash, hash)) == 0)
            {
                return null;
            }

            var session = NewSecret();
            Add(_sessions, HashOf(session), MaxSessions);
            return session;
        }
    }

    /// <summary>Whether that session is open.</summary>
    public bool Knows(string? session)
    {
        if (session is null)
        {
            return false;
        }

        var hash = HashOf(session);
        lock (_gate)
        {
            return _sessions.Exists(s => CryptographicOperations.FixedTimeEquals(s, hash));
        }
    }

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static void Add<T>(List<T> list, T item, int most)
    {
        if (list.Count == most)
        {
            list.RemoveAt(0);
        }

        list.Add(item);
    }
}

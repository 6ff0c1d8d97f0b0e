using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Meshara.Simulation.Fleet;

/// <summary>Everything that happens, in order, a line each; and one hash of it all, so that two runs can be compared.</summary>
internal sealed class Trace(TextWriter? lines) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _bytes = new byte[1024];

    private ulong _messages = 0xcbf29ce484222325UL;

    public long Lines { get; private set; }

    public void Add(TimeSpan at, string what)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{at.Ticks} {what}\n");
        Lines++;
        lines?.Write(line);
        var size = Encoding.UTF8.GetByteCount(line);
        var bytes = size <= _bytes.Length ? _bytes : new byte[size];
        _hash.AppendData(bytes, 0, Encoding.UTF8.GetBytes(line, bytes));
    }

    /// <summary>A message. There are tens of millions of them: they go into the hash as numbers, mixed as in FNV-1a.</summary>
    public void Add(TimeSpan at, int from, int to, int messages, int bytes)
    {
        Lines++;
        lines?.Write(string.Create(CultureInfo.InvariantCulture, $"{at.Ticks} n{from} > n{to} {messages} {bytes}\n"));
        foreach (var number in (ReadOnlySpan<long>)[at.Ticks, from, to, messages, bytes])
        {
            _messages = unchecked((_messages ^ (ulong)number) * 0x100000001b3UL);
            _messages ^= _messages >> 29;
        }
    }

    /// <summary>Of all so far.</summary>
    public string Hash()
    {
        Add(TimeSpan.Zero, $"messages {_messages:x16}");
        return Convert.ToHexStringLower(_hash.GetCurrentHash())[..32];
    }

    public void Dispose() => _hash.Dispose();
}

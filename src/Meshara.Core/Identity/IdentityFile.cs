using System.Text;

namespace Meshara.Core.Identity;

/// <summary>The identity could not be read or made. The message is one line that says what is wrong and what to do.</summary>
public sealed class IdentityException : Exception
{
    /// <summary>Makes one.</summary>
    public IdentityException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>
/// The file that holds a node's identity: PKCS#8 PEM (RFC 8410, RFC 7468), readable by its owner alone. A file that is there is
/// never overwritten, whatever is in it.
/// </summary>
public static class IdentityFile
{
    /// <summary>The name of the file in a data folder.</summary>
    public const string Name = "identity.pem";

    /// <summary>A PEM of an Ed25519 key has about 120 bytes; more than this is something else, and is not read.</summary>
    private const int MaxSize = 4096;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Whether there is one.</summary>
    public static bool Exists(string path) => File.Exists(path);

    /// <summary>Reads the identity.</summary>
    /// <exception cref="IdentityException">It is missing, damaged, or others can read it.</exception>
    public static NodeIdentity Load(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new IdentityException($"The identity {path} is a folder, not a file. Move it away.");
            }

            // Before it is opened: to open a pipe would wait for ever. Pipes and devices have no length.
            RefuseUnlikely(path);
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            RefuseIfOthersCanRead(file, path);
            using var reader = new StreamReader(file, Encoding.ASCII);
            return NodeIdentity.FromPem(reader.ReadToEnd());
        }
        catch (FormatException e)
        {
            throw Damaged(path, "it holds no PKCS#8 PEM of an Ed25519 key", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IdentityException($"There is no identity at {path}. It is made when a node is started there first.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IdentityException($"The identity {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads the identity, or makes one if there is none.</summary>
    /// <exception cref="IdentityException">It is damaged, others can read it, or it cannot be written.</exception>
    public static NodeIdentity LoadOrCreate(string path) => IsThere(path) ? Load(path) : Create(path);

    /// <summary>Whatever it is. A link that leads nowhere counts: it may lead to a disk that is not mounted yet.</summary>
    private static bool IsThere(string path) =>
        File.Exists(path) || Directory.Exists(path) || new FileInfo(path).LinkTarget is not null;

    private static NodeIdentity Create(string path)
    {
        var identity = NodeIdentity.Create();

        // A name of its own: of two starts at once neither can move the other's half-written draft into place.
        var draft = $"{path}.{identity.Id.ToShortString()}.new";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            using (var file = new FileStream(draft, options))
            {
                file.Write(Encoding.ASCII.GetBytes(identity.ToPem()));
                file.Flush(flushToDisk: true);
            }

            // Written aside and moved without overwriting: a crash leaves no half of a key in its place, and of two starts one wins.
            ExclusiveMove.Move(draft, path);
            return identity;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            identity.Dispose();
            Discard(draft);
            return IsThere(path) ? Load(path) : throw new IdentityException($"The identity {path} cannot be written: {e.Message}", e);
        }
    }

    private static void Discard(string draft)
    {
        try
        {
            File.Delete(draft);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What could not be written can often not be deleted either; the first failure is the one to tell.
        }
    }

    private static void RefuseUnlikely(string path)
    {
        var link = new FileInfo(path);
        var file = (FileInfo)(link.ResolveLinkTarget(returnFinalTarget: true) ?? link);
        if (link.LinkTarget is not null && !file.Exists)
        {
            throw new IdentityException($"The identity {path} is a link to {link.LinkTarget}, where nothing is.");
        }

        if (file.Length is 0 or > MaxSize)
        {
            throw Damaged(path, $"it has {file.Length} bytes");
        }
    }

    private static void RefuseIfOthersCanRead(FileStream file, string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & Others) is var mode and not 0)
        {
            throw new IdentityException($"Others than its owner can use the identity {path} ({mode}). Mend it with: chmod 600 {path}");
        }
    }

    private static IdentityException Damaged(string path, string how, Exception? inner = null) => new(
        $"The identity {path} is damaged: {how}. It was left as it is; restore it from a copy, or move it away to get a new identity (peers that pinned the old one will refuse it).",
        inner);
}

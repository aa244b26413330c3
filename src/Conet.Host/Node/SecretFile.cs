using System.Security.Cryptography;
using System.Text;

namespace Conet.Host.Node;

/// <summary>
/// Reads secrets from files of their own: small, regular, and open to their owner alone. What is read is the
/// caller's to wipe. Never throws for what a file holds or lacks.
/// </summary>
public static class SecretFile
{
    private const int SecretSize = 32;

    /// <summary>
    /// Reads 32 bytes written as 64 hex digits, with or without 0x, and at most white space around them.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="secret">32 bytes, or null.</param>
    /// <param name="error">One line that says what to do, or empty.</param>
    public static bool TryReadKey(string path, out byte[]? secret, out string error)
    {
        secret = null;
        if (!TryRead(path, out byte[]? bytes, out error))
            return false;
        ReadOnlySpan<byte> text = new ReadOnlySpan<byte>(bytes).Trim(" \t\r\n"u8);
        if (text.StartsWith("0x"u8))
            text = text[2..];
        byte[] key = new byte[SecretSize];
        bool isKey = text.Length == 2 * SecretSize
            && Convert.FromHexString(text, key, out _, out _) == System.Buffers.OperationStatus.Done;
        CryptographicOperations.ZeroMemory(bytes);
        if (isKey)
        {
            secret = key;
            return true;
        }

        CryptographicOperations.ZeroMemory(key);
        error = $"{path}: must hold one secret of 64 hex digits and nothing else";
        return false;
    }

    /// <summary>Reads the first line of a password file, without its line end.</summary>
    public static bool TryReadPassword(string path, out string password, out string error)
    {
        password = string.Empty;
        if (!TryRead(path, out byte[]? bytes, out error))
            return false;
        ReadOnlySpan<byte> line = bytes;
        int end = line.IndexOfAny((byte)'\r', (byte)'\n');
        password = Encoding.UTF8.GetString(end < 0 ? line : line[..end]);
        CryptographicOperations.ZeroMemory(bytes);
        return true;
    }

    /// <summary>Reads a whole secret file, if it is small and its mode keeps others out.</summary>
    public static bool TryRead(string path, out byte[]? bytes, out string error)
    {
        bytes = null;
        error = string.Empty;
        try
        {
            FileInfo file = new(path);
            if (!file.Exists)
                error = $"{path}: there is no such file";
            else if (file.Length > HostLimits.SecretFileBytesMax)
                error =
                    $"{path}: has {file.Length} bytes; a secret has at most {HostLimits.SecretFileBytesMax}";
            else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ForOthers) != 0)
                error = $"{path}: others may read it; run chmod 600 {path}";
            else
                bytes = ReadBounded(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            error = $"{path}: can't be read ({fault.GetType().Name})";
        }

        return bytes is not null;
    }

    private const UnixFileMode ForOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static byte[] ReadBounded(string path)
    {
        using FileStream stream = File.OpenRead(path);
        byte[] buffer = new byte[HostLimits.SecretFileBytesMax];
        int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        byte[] bytes = buffer[..length];
        CryptographicOperations.ZeroMemory(buffer);
        return bytes;
    }

}

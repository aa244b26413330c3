using System.Security.Cryptography;

namespace Conet.Host.Commands;

/// <summary>
/// The folder with a user's wallets and networks: $CONET_HOME, or ~/.conet. Folders are the owner's alone;
/// files are written aside and moved into place, so that nobody ever reads half a file.
/// </summary>
internal sealed class ConetHome(string path)
{
    private const UnixFileMode OwnerFolder =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Path { get; } = path;

    public string Wallets => System.IO.Path.Combine(Path, "wallets");

    public string NetworkFile => System.IO.Path.Combine(Path, "network.json");

    public string LocalNetwork => System.IO.Path.Combine(Path, "up");

    public static ConetHome FromEnvironment()
    {
        string? given = Environment.GetEnvironmentVariable("CONET_HOME");
        return new ConetHome(string.IsNullOrEmpty(given)
            ? System.IO.Path.Combine(
                Environment.GetFolderPath(
                    Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
                ".conet")
            : System.IO.Path.GetFullPath(given));
    }

    /// <summary>Makes a folder that only its owner may enter.</summary>
    /// <exception cref="CommandException">It cannot be made.</exception>
    public static void MakeFolder(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, OwnerFolder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                ExitCode.CannotCreate, $"{path}: cannot be made: {fault.Message}", fault);
        }
    }

    /// <summary>Writes a whole file that only its owner may read, in one step.</summary>
    /// <exception cref="CommandException">It cannot be written.</exception>
    public static void WriteFile(string path, ReadOnlySpan<byte> content)
    {
        string aside = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}.tmp";
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (FileStream stream = new(aside, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            TryDelete(aside);
            throw new CommandException(
                ExitCode.CannotCreate, $"{path}: cannot be written: {fault.Message}", fault);
        }
    }

    /// <summary>Reads a small file whole.</summary>
    /// <exception cref="CommandException">It is absent, unreadable, or longer than allowed.</exception>
    public static byte[] ReadFile(string path, int bytesMax)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            byte[] buffer = new byte[bytesMax + 1];
            int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > bytesMax)
                throw new CommandException(
                    ExitCode.BadData, $"{path}: is longer than the {bytesMax} bytes allowed");
            return buffer[..length];
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException(ExitCode.NoInput, $"{path}: there is no such file", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.NoInput, $"{path}: cannot be read: {fault.Message}", fault);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The file could not be written either; the message says so.
        }
    }
}

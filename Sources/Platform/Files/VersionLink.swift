internal import CLinux
internal import Glibc

/// The link that nginx resolves into its cache key: while it leads somewhere else, nothing that was kept is found.
public struct VersionLink: Sendable {
    private let directory: String

    /// The link `current` in a directory that nginx may read.
    public init(directory: String) {
        self.directory = directory
    }

    /// The name that the link leads to.
    public var current: String? {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = buffer.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink(path("current"), $0, text.count) } ?? -1
            }
        }
        guard length > 0 else { return nil }
        return String(validating: buffer[..<length], as: UTF8.self)
    }

    /// Points the link at a directory of this name, in one step for its readers.
    ///
    /// Several processes do this for the same change. The lock keeps one from removing what another has just made;
    /// the directory before the last stays, since a reader may have resolved the link a moment ago.
    public func move(to name: String) throws(SystemError) {
        let lock = open(path(".lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o660)
        guard lock >= 0 else { throw SystemError("open", path(".lock")) }
        defer { close(lock) }
        guard flock(lock, LOCK_EX) == 0 else { throw SystemError("flock", path(".lock")) }
        let previous = current
        guard previous != name || !Files.exists(path("current")) else { return }
        guard mkdir(path(name), 0o755) == 0 || errno == EEXIST else { throw SystemError("mkdir", path(name)) }
        unlink(path("next"))
        guard symlink(name, path("next")) == 0 else { throw SystemError("symlink", path("next")) }
        guard rename(path("next"), path("current")) == 0 else { throw SystemError("rename", path("current")) }
        for entry in try Files.list(directory) where entry.isDirectory && entry.name.hasPrefix("v") {
            if entry.name != name, entry.name != previous { rmdir(path(entry.name)) }
        }
    }

    private func path(_ name: String) -> String { directory + "/" + name }
}

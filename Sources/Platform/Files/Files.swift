internal import CLinux
internal import Glibc

/// Files by system calls, where durability and the exact error matter.
public enum Files {
    /// One entry of a directory.
    public struct Entry: Sendable, Hashable {
        /// The name within its directory.
        public let name: String
        /// It is a directory itself.
        public let isDirectory: Bool
        /// Bytes of a file.
        public let size: Int
        /// Last change, in seconds since 1970.
        public let modified: Int
    }

    /// Bytes of a regular file; nil when there is none.
    public static func size(_ path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// There is something under this name.
    public static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Up to `count` bytes from `offset`; fewer at the end of the file.
    public static func read(_ path: String, from offset: Int = 0, count: Int) throws(SystemError) -> [UInt8] {
        let file = try open(path, O_RDONLY)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(file, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw SystemError("read", path) }
            if got == 0 { break }
            filled += got
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    /// Writes a new file and waits until it is on the disk, unless it is one that a crash may take.
    public static func write(
        _ bytes: [UInt8], to path: String, mode: UInt32 = 0o660, isDurable: Bool = true
    ) throws(SystemError) {
        let file = try open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
        defer { close(file) }
        try append(bytes[...], to: file, path: path)
        guard !isDurable || fsync(file) == 0 else { throw SystemError("fsync", path) }
    }

    /// Writes at the end of a file, which is made if it is not there. It may be lost in a crash.
    public static func append(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let file = try open(path, O_WRONLY | O_CREAT | O_APPEND, 0o660)
        defer { close(file) }
        try append(bytes[...], to: file, path: path)
    }

    /// Cuts a file to its first bytes; none is made if it is not there.
    public static func truncate(_ path: String, to count: Int) throws(SystemError) {
        guard Glibc.truncate(path, off_t(count)) == 0 || errno == ENOENT else { throw SystemError("truncate", path) }
    }

    /// Writes the sources one after another into a new file and waits until it is on the disk.
    public static func concatenate(_ sources: [String], to target: String) throws(SystemError) {
        let file = try open(target, O_WRONLY | O_CREAT | O_TRUNC, 0o660)
        defer { close(file) }
        for source in sources {
            let input = try open(source, O_RDONLY)
            defer { close(input) }
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            while true {
                let got = buffer.withUnsafeMutableBytes { Glibc.read(input, $0.baseAddress, $0.count) }
                if got < 0 && errno == EINTR { continue }
                guard got >= 0 else { throw SystemError("read", source) }
                if got == 0 { break }
                try append(buffer[..<got], to: file, path: target)
            }
        }
        guard fsync(file) == 0 else { throw SystemError("fsync", target) }
    }

    /// Gives a file a second name on the same file system.
    public static func link(_ source: String, as target: String) throws(SystemError) {
        guard Glibc.link(source, target) == 0 else { throw SystemError("link", target) }
    }

    /// Reads a file piece by piece.
    public static func readPieces(_ path: String, _ take: (_ bytes: [UInt8]) throws -> Void) throws {
        let file = try open(path, O_RDONLY)
        defer { close(file) }
        while true {
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let got = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw SystemError("read", path) }
            if got == 0 { return }
            bytes.removeLast(bytes.count - got)
            try take(bytes)
        }
    }

    /// Moves a file in one step, replacing what is there; a loss of power may undo it.
    public static func rename(_ source: String, to target: String) throws(SystemError) {
        guard Glibc.rename(source, target) == 0 else { throw SystemError("rename", target) }
    }

    /// Waits until everything that was written to the file system of `path` is on the disk.
    public static func synchroniseFileSystem(_ path: String) throws(SystemError) {
        let file = try open(path, O_RDONLY)
        defer { close(file) }
        guard dailies_syncfs(file) == 0 else { throw SystemError("syncfs", path) }
    }

    /// Removes a directory if it is empty; whether it did.
    public static func removeEmptyDirectory(_ path: String) -> Bool { rmdir(path) == 0 }

    /// The size of the file system of `path` in bytes, and what may still be written to it without the rights of root.
    public static func space(_ path: String) -> (total: Int, free: Int, device: UInt)? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let unit = Int(status.f_frsize)
        return (Int(status.f_blocks) * unit, Int(status.f_bavail) * unit, UInt(status.f_fsid))
    }

    /// Moves a file in one step, replacing what is there, and waits until both names are on the disk.
    public static func move(_ source: String, to target: String) throws(SystemError) {
        guard Glibc.rename(source, target) == 0 else { throw SystemError("rename", target) }
        try synchronise(parent(of: target))
        try synchronise(parent(of: source))
    }

    /// Sets who may read and write a file.
    public static func setMode(_ path: String, _ mode: UInt32) throws(SystemError) {
        guard chmod(path, mode) == 0 else { throw SystemError("chmod", path) }
    }

    /// Waits until a file's bytes, or a directory's names, are on the disk.
    public static func synchronise(_ path: String) throws(SystemError) {
        let file = try open(path, O_RDONLY)
        defer { close(file) }
        guard fsync(file) == 0 else { throw SystemError("fsync", path) }
    }

    /// Removes a file; none there is fine.
    public static func remove(_ path: String) throws(SystemError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemError("unlink", path) }
    }

    /// Removes a directory with all that is in it; none there is fine. Links are removed, never followed.
    public static func removeTree(_ path: String) throws(SystemError) {
        for entry in try list(path) {
            let inner = path + "/" + entry.name
            if entry.isDirectory { try removeTree(inner) } else { try remove(inner) }
        }
        guard rmdir(path) == 0 || errno == ENOENT else { throw SystemError("rmdir", path) }
    }

    /// Makes a directory and those above it.
    public static func makeDirectory(_ path: String, mode: UInt32 = 0o770) throws(SystemError) {
        if mkdir(path, mode) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, path != parent(of: path) else { throw SystemError("mkdir", path) }
        try makeDirectory(parent(of: path), mode: mode)
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw SystemError("mkdir", path) }
    }

    /// What is in a directory, by name; empty when there is no such directory.
    public static func list(_ path: String) throws(SystemError) -> [Entry] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw SystemError("opendir", path)
        }
        defer { closedir(directory) }
        var entries: [Entry] = []
        while let found = readdir(directory) {
            let name = withUnsafePointer(to: &found.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            var status = stat()
            guard lstat(path + "/" + name, &status) == 0 else { continue }
            entries.append(
                Entry(
                    name: name, isDirectory: status.st_mode & S_IFMT == S_IFDIR, size: Int(status.st_size),
                    modified: Int(status.st_mtim.tv_sec)))
        }
        return entries.sorted { $0.name < $1.name }
    }

    /// Bytes that may still be written to the file system of `path` without the rights of root.
    public static func freeBytes(_ path: String) -> Int? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// How large the file system of a path is, in bytes.
    public static func sizeBytes(_ path: String) -> Int? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int(status.f_blocks) * Int(status.f_frsize)
    }

    /// The directory that contains a path.
    public static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func open(_ path: String, _ flags: Int32, _ mode: UInt32 = 0) throws(SystemError) -> Int32 {
        let file = Glibc.open(path, flags | O_CLOEXEC, mode)
        guard file >= 0 else { throw SystemError("open", path) }
        return file
    }

    private static func append(_ bytes: ArraySlice<UInt8>, to file: Int32, path: String) throws(SystemError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw SystemError("write", path) }
            rest = rest.dropFirst(written)
        }
    }
}

extension SystemError {
    /// The disk, or this user's share of it, is full.
    public var isDiskFull: Bool { number == ENOSPC || number == EDQUOT }
    /// There is nothing under that name.
    public var isMissing: Bool { number == ENOENT }
}

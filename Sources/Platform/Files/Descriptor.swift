internal import CLinux
internal import Glibc

/// A file that is open for writing and is closed when its owner goes.
public struct Descriptor: ~Copyable {
    /// The descriptor's number, for a child that inherits it.
    public let number: Int32

    /// Opens a file, made with `mode` if it is not there, and writes after what it holds.
    public static func appending(to path: String, mode: UInt32 = 0o640) throws(SystemError) -> Descriptor {
        try Descriptor(path, O_APPEND, mode)
    }

    /// Opens a file, made with `mode` if it is not there, and empties it.
    public static func replacing(_ path: String, mode: UInt32 = 0o640) throws(SystemError) -> Descriptor {
        try Descriptor(path, O_TRUNC, mode)
    }

    /// Writes a file that appears whole or not at all, readable as `mode` says from its first byte.
    public static func writeWhole(_ bytes: [UInt8], to path: String, mode: UInt32) throws(SystemError) {
        let next = path + ".new"
        unlink(next)
        let file = try replacing(next, mode: mode)
        guard write(bytes, to: file.number) else { throw SystemError("write", next) }
        guard rename(next, path) == 0 else { throw SystemError("rename", path) }
    }

    /// Writes all bytes. `path` is what an error names.
    public func write(_ bytes: [UInt8], path: String) throws(SystemError) {
        guard Self.write(bytes, to: number) else { throw SystemError("write", path) }
    }

    /// Writes all bytes; false when the system does not take them.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 || errno == EINTR else { return false }
            rest = rest.dropFirst(max(0, written))
        }
        return true
    }

    private init(_ path: String, _ flag: Int32, _ mode: UInt32) throws(SystemError) {
        let opened = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flag, mode)
        guard opened >= 0 else { throw SystemError("open", path) }
        number = opened
    }

    deinit {
        close(number)
    }
}

/// Words on the streams that a program starts with.
public enum StandardStream {
    /// What the program was asked for.
    public static func output(_ text: String) { _ = Descriptor.write(Array(text.utf8), to: STDOUT_FILENO) }

    /// Bytes that the program was asked for.
    public static func output(bytes: [UInt8]) throws(SystemError) {
        guard Descriptor.write(bytes, to: STDOUT_FILENO) else { throw SystemError("write", "standard output") }
    }

    /// What went wrong.
    public static func errors(_ text: String) { _ = Descriptor.write(Array(text.utf8), to: STDERR_FILENO) }
}

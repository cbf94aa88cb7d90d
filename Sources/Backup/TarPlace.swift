internal import Platform
internal import Synchronization

/// A tar stream on standard output, of what a directory would hold with this one backup. It can only be written, one entry
/// after another; `tar --extract` makes the directory of it.
final class TarPlace: BackupPlace {
    let title = "standard output"
    private let output: @Sendable ([UInt8]) throws -> Void
    private let turn = Mutex(())

    /// A stream whose bytes are handed to `output`.
    init(_ output: @escaping @Sendable ([UInt8]) throws -> Void) { self.output = output }

    func list(_ prefix: String) -> [String: Int] { [:] }

    func put(_ name: String, count: Int, _ fill: (Outlet) throws -> Void) throws {
        try turn.withLock { _ in
            try output(try Self.header(name, count))
            let outlet = Outlet(output)
            try fill(outlet)
            try outlet.refuseUnless(count, for: name)
            try output([UInt8](repeating: 0, count: (Self.block - count % Self.block) % Self.block))
        }
    }

    func get(_ name: String, _ take: (_ bytes: [UInt8]) throws -> Void) -> Bool { false }

    func remove(_ name: String) {}

    /// Two empty blocks end the stream.
    func settle() throws { try output([UInt8](repeating: 0, count: 2 * Self.block)) }

    private static let block = 512

    /// The header of a file, in the format ustar of POSIX.
    static func header(_ name: String, _ count: Int) throws(BackupFault) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: block)
        func put(_ text: String, at place: Int) {
            for (offset, byte) in text.utf8.enumerated() { bytes[place + offset] = byte }
        }
        func octal(_ number: Int, _ width: Int, at place: Int) {
            let digits = String(number, radix: 8)
            put(String(repeating: "0", count: max(0, width - 1 - digits.utf8.count)) + digits, at: place)
        }
        let (directory, last) = try split(name)
        put(last, at: 0)
        octal(0o600, 8, at: 100)
        octal(0, 8, at: 108)
        octal(0, 8, at: 116)
        if count < 1 << 33 {
            octal(count, 12, at: 124)
        } else {
            // Larger numbers are binary, marked by the highest bit, as GNU and POSIX tar read them.
            for place in 0..<8 { bytes[135 - place] = UInt8(truncatingIfNeeded: count >> (8 * place)) }
            bytes[124] = 0x80
        }
        octal(0, 12, at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put(directory, at: 345)
        let sum = bytes.reduce(0) { $0 + Int($1) }
        octal(sum, 7, at: 148)
        bytes[154] = 0
        return bytes
    }

    /// A name in its two fields, which are cut at a slash.
    private static func split(_ name: String) throws(BackupFault) -> (directory: String, last: String) {
        if name.utf8.count <= 100 { return ("", name) }
        let parts = name.split(separator: "/")
        for count in 1..<max(2, parts.count) {
            let (head, tail) = (
                parts.prefix(count).joined(separator: "/"), parts.dropFirst(count).joined(separator: "/")
            )
            if head.utf8.count <= 155, tail.utf8.count <= 100, !tail.isEmpty { return (head, tail) }
        }
        throw BackupFault("the name \(name) is too long for a tar stream")
    }
}

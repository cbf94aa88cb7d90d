internal import Crypto
internal import Platform
internal import Text

/// Receives the bytes of an object. A failed exchange is repeated, and then all bytes come again.
public protocol ObjectSink: AnyObject {
    /// Forgets what came before.
    func begin() throws(StorageFault)

    /// Takes the next bytes; false when it can take no more, and `fault` says why.
    func take(_ bytes: [UInt8]) -> Bool

    /// Why bytes were not taken.
    var fault: StorageFault? { get }
}

/// Which bytes an object has.
public struct ObjectDigest: Sendable, Hashable {
    /// SHA-256, in lower-case hexadecimal digits.
    public let sha256: String
    /// The count of bytes.
    public let size: Int

    /// A digest.
    public init(sha256: String, size: Int) {
        self.sha256 = sha256
        self.size = size
    }
}

/// Hashes an object's bytes and keeps none.
final class DigestSink: ObjectSink {
    let fault: StorageFault? = nil
    private var stream: SHA256Stream? = SHA256Stream()
    private var size = 0

    func begin() {
        stream = SHA256Stream()
        size = 0
    }

    func take(_ bytes: [UInt8]) -> Bool {
        stream?.update(bytes)
        size += bytes.count
        return true
    }

    /// Of everything taken; once.
    func digest() -> ObjectDigest {
        let hash = stream.take()?.finish() ?? []
        return ObjectDigest(sha256: Text.hex(hash), size: size)
    }
}

/// Writes an object's bytes to the end of a local file, within limits.
final class FileSink: ObjectSink {
    /// What must stay free on the disk for the database.
    static let reserve = 512 << 20

    private(set) var fault: StorageFault?
    private let path: String
    private let start: Int
    private let limit: Int
    private var size = 0
    private var checkedAt = 0
    private let hash = DigestSink()

    /// Takes at most `limit` bytes after what the file holds.
    init(_ path: String, limit: Int) {
        self.path = path
        self.limit = limit
        start = Files.size(path) ?? 0
    }

    func begin() throws(StorageFault) {
        fault = nil
        size = 0
        checkedAt = 0
        hash.begin()
        do {
            try Files.truncate(path, to: start)
            try Files.append([], to: path)
        } catch { throw StorageFault(error) }
    }

    func take(_ bytes: [UInt8]) -> Bool {
        do throws(StorageFault) {
            try write(bytes)
            return true
        } catch {
            fault = error
            return false
        }
    }

    func digest() -> ObjectDigest { hash.digest() }

    private func write(_ bytes: [UInt8]) throws(StorageFault) {
        guard size + bytes.count <= limit else { throw .failed("\(path): more than \(limit) bytes") }
        // Asked for every 16 MiB, since the disk fills by others too.
        if checkedAt <= size {
            if let free = Files.freeBytes(path), free < Self.reserve { throw .full("\(path): \(free) bytes are free") }
            checkedAt = size + 16 << 20
        }
        do { try Files.append(bytes, to: path) } catch { throw StorageFault(error) }
        _ = hash.take(bytes)
        size += bytes.count
    }
}

internal import Crypto
internal import FoundationEssentials
internal import Platform
internal import Storage
internal import Text

/// A place with its key: what is put in is encrypted if there is one, and hashed as it was before.
struct Vault: Sendable {
    let place: any BackupPlace
    let key: BackupKey?

    /// How many bytes an object has in the place.
    func storedCount(_ count: Int) -> Int { key == nil ? count : SealedStream.sealedCount(count) }

    /// Stores a file of this machine, of which `count` bytes are expected.
    @discardableResult
    func put(_ path: String, count: Int, as name: String) throws -> ObjectDigest {
        try put(name, count: count) { take in try Files.readPieces(path, take) }
    }

    /// Stores bytes.
    @discardableResult
    func put(_ bytes: [UInt8], as name: String) throws -> ObjectDigest {
        try put(name, count: bytes.count) { take in try take(bytes) }
    }

    private func put(
        _ name: String, count: Int, _ read: (@escaping (_ bytes: [UInt8]) throws -> Void) throws -> Void
    ) throws -> ObjectDigest {
        var sha256 = ""
        try place.put(name, count: storedCount(count)) { outlet in
            let filter = SealingFilter(key?.sealer(name), outlet)
            try filter.begin()
            try read { try filter.take($0) }
            sha256 = try filter.finish()
        }
        return ObjectDigest(sha256: sha256, size: count)
    }

    /// Reads an object; nil when it is not there. Throws when it cannot be decrypted. What was handed on before counts only
    /// once this has returned.
    func get(_ name: String, _ take: (_ bytes: [UInt8]) throws -> Void) throws -> ObjectDigest? {
        var hash: SHA256Stream? = SHA256Stream()
        var size = 0
        func found(_ bytes: [UInt8]) throws {
            hash?.update(bytes)
            size += bytes.count
            try take(bytes)
        }
        let isThere: Bool
        if let key {
            var opener = key.opener(name)
            isThere = try place.get(name) { bytes in
                guard let text = opener.take(bytes) else { throw Self.damaged(name) }
                try found(text)
            }
            if isThere {
                guard let text = opener.finish() else { throw Self.damaged(name) }
                try found(text)
            }
        } else {
            isThere = try place.get(name, found)
        }
        guard isThere else { return nil }
        return ObjectDigest(sha256: Text.hex(hash.take()?.finish() ?? []), size: size)
    }

    /// Reads an object and refuses one that is not as it was stored.
    func get(_ name: String, expecting digest: ObjectDigest, _ take: (_ bytes: [UInt8]) throws -> Void = { _ in })
        throws
    {
        guard let found = try get(name, take) else {
            throw BackupFault("The backup is incomplete: \(name) is missing.")
        }
        guard found.size == digest.size else {
            throw BackupFault("The backup is damaged: \(name) has \(found.size) bytes in place of \(digest.size).")
        }
        guard found.sha256 == digest.sha256 else {
            throw BackupFault("The backup is damaged: \(name) does not have the checksum of the manifest.")
        }
    }

    private static func damaged(_ name: String) -> BackupFault {
        BackupFault("The backup is damaged: \(name) cannot be decrypted.")
    }
}

/// Hashes bytes and hands them on, encrypted if there is a key.
private final class SealingFilter {
    private var hash: SHA256Stream? = SHA256Stream()
    private var sealer: SealedStream.Sealer?
    private let outlet: Outlet

    init(_ sealer: consuming SealedStream.Sealer?, _ outlet: Outlet) {
        self.sealer = sealer
        self.outlet = outlet
    }

    func begin() throws {
        if let head = sealer?.head { try outlet.write(head) }
    }

    func take(_ bytes: [UInt8]) throws {
        hash?.update(bytes)
        try outlet.write(sealer?.take(bytes) ?? bytes)
    }

    /// The hash of the bytes as they came.
    func finish() throws -> String {
        if let rest = sealer?.finish() { try outlet.write(rest) }
        return Text.hex(hash.take()?.finish() ?? [])
    }
}

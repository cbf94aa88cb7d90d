internal import Crypto
internal import Platform
internal import Text

/// The SHA-256 of a file, which names objects and verifies copies.
public enum ContentHash {
    /// The hash in lower-case hexadecimal digits, read in pieces.
    public static func of(_ path: String) throws(StorageFault) -> String {
        var stream = SHA256Stream()
        var offset = 0
        let piece = 1 << 20
        while true {
            let bytes: [UInt8]
            do { bytes = try Files.read(path, from: offset, count: piece) } catch { throw StorageFault(error) }
            stream.update(bytes)
            offset += bytes.count
            if bytes.count < piece { break }
        }
        return Text.hex(stream.finish())
    }
}

internal import Crypto
public import HTTPClient
internal import Platform
internal import Text

/// A piece of a local file that is to be stored.
public struct FilePiece: Sendable, Hashable {
    /// The file.
    public let path: String
    /// Where the piece begins.
    public let offset: Int
    /// How many bytes it has.
    public let count: Int

    /// A piece of a file.
    public init(_ path: String, offset: Int = 0, count: Int) {
        self.path = path
        self.offset = offset
        self.count = count
    }

    /// The whole file.
    public init(wholeOf path: String) throws(StorageFault) {
        guard let size = Files.size(path) else { throw .missing("\(path) is not there") }
        self.init(path, count: size)
    }

    /// The SHA-256 of its bytes, read in pieces.
    func digest() throws(StorageFault) -> [UInt8] {
        var stream = SHA256Stream()
        var done = 0
        while done < count {
            let bytes: [UInt8]
            do { bytes = try Files.read(path, from: offset + done, count: min(1 << 20, count - done)) } catch {
                throw StorageFault(error)
            }
            if bytes.isEmpty { throw .failed("\(path) has become shorter") }
            stream.update(bytes)
            done += bytes.count
        }
        return stream.finish()
    }
}

extension FilePiece: OutgoingStream {
    /// See ``OutgoingStream``.
    public func read(from start: Int, count wanted: Int) -> [UInt8]? {
        try? Files.read(path, from: offset + start, count: min(wanted, count - start))
    }
}

/// A piece of a file between two texts, as a form is sent.
struct FramedPiece: OutgoingStream {
    let head: [UInt8]
    let piece: FilePiece
    let tail: [UInt8]

    var count: Int { head.count + piece.count + tail.count }

    func read(from offset: Int, count: Int) -> [UInt8]? {
        if offset < head.count { return Array(head[offset..<min(head.count, offset + count)]) }
        let inner = offset - head.count
        if inner < piece.count { return piece.read(from: inner, count: count) }
        let outer = inner - piece.count
        return Array(tail[outer..<min(tail.count, outer + count)])
    }
}

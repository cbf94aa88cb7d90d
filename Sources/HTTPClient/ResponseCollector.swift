internal import Text

/// Takes an answer from libcurl's callbacks.
final class ResponseCollector {
    private(set) var headers: [(name: String, value: String)] = []
    private(set) var body: [UInt8] = []
    private(set) var isOverLimit = false
    private var headerBytes = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    func take(body bytes: UnsafeRawBufferPointer) -> Int {
        guard body.count + bytes.count <= limit else {
            isOverLimit = true
            return 0
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    func take(header bytes: UnsafeRawBufferPointer) -> Int {
        headerBytes += bytes.count
        guard headerBytes <= 256 << 10 else {
            isOverLimit = true
            return 0
        }
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            // An interim answer such as 100 or 103 came before.
            headers = []
        } else if let colon = line.firstIndex(of: ":") {
            headers.append(
                (name: line[..<colon].lowercased(), value: line[line.index(after: colon)...].trimmed))
        }
        return bytes.count
    }
}

let collectBody:
    @convention(c) (
        UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
    ) -> Int = { bytes, size, count, context in
        guard let context else { return 0 }
        return Unmanaged<ResponseCollector>.fromOpaque(context).takeUnretainedValue()
            .take(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
    }

let collectHeader:
    @convention(c) (
        UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
    ) -> Int = { bytes, size, count, context in
        guard let context else { return 0 }
        return Unmanaged<ResponseCollector>.fromOpaque(context).takeUnretainedValue()
            .take(header: UnsafeRawBufferPointer(start: bytes, count: size * count))
    }

internal import CCurl
internal import Text

/// Takes an answer from libcurl's callbacks.
final class ResponseCollector {
    private(set) var headers: [(name: String, value: String)] = []
    private(set) var body: [UInt8] = []
    private(set) var isOverLimit = false
    /// The receiver has refused bytes.
    private(set) var isStopped = false
    /// Whether the beginning of a longer answer is an answer.
    let keepsBeginning: Bool
    private var isSuccess = false
    private var headerBytes = 0
    private let limit: Int
    private let receiver: (([UInt8]) -> Bool)?
    /// Becomes 1 when the name led to an address that was refused.
    let refusedAddress = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

    deinit {
        refusedAddress.deallocate()
    }

    init(limit: Int, receiver: (([UInt8]) -> Bool)?, keepsBeginning: Bool = false) {
        self.limit = limit
        self.receiver = receiver
        self.keepsBeginning = keepsBeginning
        refusedAddress.initialize(to: 0)
    }

    func take(body bytes: UnsafeRawBufferPointer) -> Int {
        if let receiver, isSuccess {
            isStopped = !receiver(Array(bytes))
            return isStopped ? 0 : bytes.count
        }
        guard body.count + bytes.count <= limit else {
            body.append(contentsOf: bytes.prefix(limit - body.count))
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
            isSuccess = line.split(separator: " ").dropFirst().first?.hasPrefix("2") ?? false
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

/// Hands the body of a request to libcurl.
final class StreamReader {
    let stream: any OutgoingStream
    private(set) var isStopped = false
    private var offset = 0

    init(_ stream: any OutgoingStream) {
        self.stream = stream
    }

    func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        let wanted = min(room.count, stream.count - offset)
        if wanted <= 0 { return 0 }
        guard let bytes = stream.read(from: offset, count: wanted), !bytes.isEmpty, bytes.count <= wanted else {
            isStopped = true
            return Int(CURL_READFUNC_ABORT)
        }
        room.copyBytes(from: bytes)
        offset += bytes.count
        return bytes.count
    }

    /// libcurl begins again when a kept connection turns out to be closed.
    func seek(to offset: Int) {
        self.offset = offset
    }
}

let sendBody:
    @convention(c) (
        UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
    ) -> Int = { room, size, count, context in
        guard let context else { return 0 }
        return Unmanaged<StreamReader>.fromOpaque(context).takeUnretainedValue()
            .read(into: UnsafeMutableRawBufferPointer(start: room, count: size * count))
    }

let seekBody: @convention(c) (UnsafeMutableRawPointer?, curl_off_t, Int32) -> Int32 = { context, offset, origin in
    guard let context, origin == 0 else { return CURL_SEEKFUNC_FAIL }
    Unmanaged<StreamReader>.fromOpaque(context).takeUnretainedValue().seek(to: Int(offset))
    return CURL_SEEKFUNC_OK
}

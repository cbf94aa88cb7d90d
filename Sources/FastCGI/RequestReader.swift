internal import CFastCGI
internal import Glibc
internal import HTTP

/// Reads one request. What the parameters hold is copied at once: they die with the request.
struct RequestReader {
    let head: Request
    private let input: UnsafeMutablePointer<FCGX_Stream>?
    private let length: Length

    private enum Length {
        case bytes(Int)
        case malformed
    }

    init(_ slot: RequestSlot) {
        input = slot.input
        var server: [String: String] = [:]
        server.reserveCapacity(16)
        var headers = Headers()
        var isMalformed = false
        var next = slot.parameters
        while let current = next, let pair = current.pointee {
            next = current + 1
            let bytes = UnsafeRawBufferPointer(start: pair, count: strlen(pair))
            guard let split = bytes.firstIndex(of: UInt8(ascii: "=")), !RequestReader.isOfNoUse(bytes) else { continue }
            let name = String(decoding: bytes[..<split], as: UTF8.self)
            let value = bytes[(split + 1)...]
            if name.hasPrefix("HTTP_") {
                // Old browsers send other encodings in headers nobody needs; the text is mended, not the request refused.
                headers.add(RequestReader.headerName(name), String(decoding: value, as: UTF8.self))
            } else if server[name] == nil {
                // The first of equal names counts: what the site's own configuration sets stands before the defaults.
                let text = String(validating: value, as: UTF8.self)
                if text == nil, name == "REQUEST_URI" { isMalformed = true }
                server[name] = text ?? ""
            }
        }
        if let type = server["CONTENT_TYPE"], !type.isEmpty { headers["Content-Type"] = type }
        length = RequestReader.length(server["CONTENT_LENGTH"])
        var request = Request(
            Method(server["REQUEST_METHOD"] ?? ""), isMalformed ? "" : server["REQUEST_URI"] ?? "", headers: headers,
            id: server["REQUEST_ID"], clientAddress: server["CLIENT_ADDRESS"] ?? server["REMOTE_ADDR"] ?? "",
            isSecure: server["HTTPS"] == "on", isInternal: server["INTERNAL_REQUEST"] == "1")
        request.server = server
        head = request
    }

    /// Reads the body, or says in the request why it is not there. True when nothing of it is left to be read.
    func readBody(into request: inout Request, limit: Int) -> Bool {
        switch length {
        case .malformed:
            request.bodyFault = .malformedLength
        case .bytes(let announced) where announced > limit:
            request.bodyFault = .tooLarge(limit: limit)
        case .bytes(let announced):
            // One byte more than announced is asked for: only its absence shows that the stream has ended.
            let bytes = read(announced + 1)
            let isSound = input.map { FCGX_GetError($0) == 0 } ?? false
            if bytes.count == announced, isSound {
                request.body = bytes
                return true
            }
            request.bodyFault = bytes.count > announced ? .malformedLength : .incomplete
        }
        return false
    }

    private func read(_ count: Int) -> [UInt8] {
        guard let input else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = buffer.withMemoryRebound(to: CChar.self) { buffer in
                Int(max(0, FCGX_GetStr(buffer.baseAddress, Int32(count), input)))
            }
        }
    }

    private static func length(_ text: String?) -> Length {
        guard let text, !text.isEmpty else { return .bytes(0) }
        guard text.utf8.count <= 10, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(text) else {
            return .malformed
        }
        return .bytes(length)
    }

    /// What Debian's fastcgi_params says on every request and no handler asks for.
    private static func isOfNoUse(_ pair: UnsafeRawBufferPointer) -> Bool {
        switch pair.first {
        case UInt8(ascii: "S"): pair.starts(with: "SERVER_".utf8) || pair.starts(with: "SCRIPT_".utf8)
        case UInt8(ascii: "D"): pair.starts(with: "DOCUMENT_".utf8)
        case UInt8(ascii: "G"): pair.starts(with: "GATEWAY_".utf8)
        case UInt8(ascii: "R"): pair.starts(with: "REDIRECT_".utf8) || pair.starts(with: "REMOTE_PORT".utf8)
        case UInt8(ascii: "F"): pair.starts(with: "FCGI_ROLE".utf8)
        default: false
        }
    }

    /// `HTTP_ACCEPT_LANGUAGE` is `accept-language`.
    private static func headerName(_ name: String) -> String {
        let bytes = name.utf8.dropFirst(5).map { byte in
            byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

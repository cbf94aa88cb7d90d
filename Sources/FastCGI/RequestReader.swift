internal import CFastCGI
internal import Glibc
internal import HTTP

/// Reads one request. The parameters are copied at once, since their memory ends with the request.
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
        var server = ServerParameters()
        var headers = Headers()
        headers.reserve(24)
        var isMalformed = false
        var next = slot.parameters
        while let current = next, let pair = current.pointee {
            next = current + 1
            guard !RequestReader.isIgnored(pair), let split = strchr(pair, Int32(UInt8(ascii: "="))) else { continue }
            let name = UnsafeRawBufferPointer(start: pair, count: split - pair)
            let value = split + 1
            if RequestReader.begins(pair, "HTTP_") {
                // Old browsers send other encodings in unimportant headers; the text is repaired, the request not refused.
                headers.add(RequestReader.headerName(name.dropFirst(5)), String(cString: value))
            } else {
                // The first of equal names counts: the site's own parameters precede the defaults of fastcgi_params.
                let name = String(decoding: name, as: UTF8.self)
                let text = String(validatingCString: value)
                if text == nil, name == "REQUEST_URI", server[name] == nil { isMalformed = true }
                server.add(name, text ?? "")
            }
        }
        if let type = server["CONTENT_TYPE"], !type.isEmpty { headers["Content-Type"] = type }
        length = RequestReader.length(server["CONTENT_LENGTH"])
        head = Request(
            Method(server["REQUEST_METHOD"] ?? ""), isMalformed ? "" : server["REQUEST_URI"] ?? "", headers: headers,
            id: server["REQUEST_ID"], clientAddress: server["CLIENT_ADDRESS"] ?? server["REMOTE_ADDR"] ?? "",
            isSecure: server["HTTPS"] == "on", isInternal: server["INTERNAL_REQUEST"] == "1", server: server)
    }

    /// Reads the body, or notes in the request why it is missing. True when no byte of the body is left unread.
    func readBody(into request: inout Request, limit: Int) -> Bool {
        switch length {
        case .malformed:
            request.bodyFault = .malformedLength
        case .bytes(let announced) where announced > limit:
            request.bodyFault = .tooLarge(limit: limit)
        case .bytes(let announced):
            // One byte more than announced is requested: only its absence shows that the stream has ended.
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

    /// Whether no handler uses the parameter, which Debian's fastcgi_params sends with every request.
    private static func isIgnored(_ pair: UnsafePointer<CChar>) -> Bool {
        switch UInt8(bitPattern: pair.pointee) {
        case UInt8(ascii: "S"): begins(pair, "SERVER_") || begins(pair, "SCRIPT_")
        case UInt8(ascii: "D"): begins(pair, "DOCUMENT_")
        case UInt8(ascii: "G"): begins(pair, "GATEWAY_")
        case UInt8(ascii: "R"):
            begins(pair, "REDIRECT_") || begins(pair, "REMOTE_PORT") || begins(pair, "REQUEST_SCHEME")
        case UInt8(ascii: "F"): begins(pair, "FCGI_ROLE")
        default: false
        }
    }

    private static func begins(_ pair: UnsafePointer<CChar>, _ word: StaticString) -> Bool {
        // A shorter text differs at its terminating zero, so nothing beyond it is read.
        word.withUTF8Buffer { $0.enumerated().allSatisfy { UInt8(bitPattern: pair[$0.offset]) == $0.element } }
    }

    /// `ACCEPT_LANGUAGE` is `accept-language`.
    private static func headerName(_ name: Slice<UnsafeRawBufferPointer>) -> String {
        // Written in place: most names are short enough for Swift to keep them without an allocation.
        String(unsafeUninitializedCapacity: name.count) { room in
            for (place, byte) in name.enumerated() {
                room[place] =
                    byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            }
            return name.count
        }
    }
}

internal import CFastCGI
internal import HTTP
internal import Text

/// Writes one response.
struct ResponseWriter {
    /// The client or nginx has closed the connection.
    struct Gone: Error {}

    private let output: UnsafeMutablePointer<FCGX_Stream>?

    init(_ slot: RequestSlot) {
        output = slot.output
    }

    /// Writes the whole response; false when the connection broke off.
    func write(_ response: Response) -> Bool {
        do {
            try put(head(response))
            switch response.body {
            case .bytes(let bytes): try put(bytes)
            case .stream(let write): try write(BodyWriter { bytes in try put(bytes) })
            }
            return true
        } catch {
            return false
        }
    }

    private func head(_ response: Response) -> [UInt8] {
        var head: [UInt8] = []
        head.reserveCapacity(768)
        head.append("Status: ")
        head.append(decimal: response.status)
        // nginx copies this into its status line. Without a name it leaves out the blank as well, which HTTP requires.
        head.append(UInt8(ascii: " "))
        head += (StatusName.of(response.status) ?? "Status").utf8
        for field in response.headers.fields {
            head.append("\r\n")
            head += field.name.utf8
            head.append(": ")
            head += field.value.utf8
        }
        head.append("\r\n\r\n")
        return head
    }

    private func put(_ bytes: [UInt8]) throws(Gone) {
        guard let output else { throw Gone() }
        let written = bytes.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { FCGX_PutStr($0.baseAddress, Int32($0.count), output) }
        }
        guard bytes.isEmpty || written == bytes.count, FCGX_GetError(output) == 0 else { throw Gone() }
    }
}

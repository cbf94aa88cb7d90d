/// The bound values of a statement, encoded as the server will receive them.
struct Parameters: Sendable {
    private(set) var types: [UInt32] = []
    private var formats: [Int32] = []
    private var lengths: [Int32] = []
    private var offsets: [Int] = []
    private var writer = ValueWriter()
    /// The first value that cannot be sent, as 1-based position and reason.
    private(set) var fault: (position: Int, reason: String)?

    var count: Int { types.count }

    mutating func append<Value: SQLValue>(_ value: Value) {
        let type = Value.sqlType
        types.append(type.parameterType)
        formats.append(type.isText ? 0 : 1)
        let start = writer.bytes.count
        if value.encode(into: &writer) {
            lengths.append(Int32(writer.bytes.count - start))
            offsets.append(start)
            // libpq reads a value in text form as a C string, which an inner NUL would silently cut short.
            if type.isText, fault == nil, writer.bytes[start...].contains(0) {
                fault = (count, "text with a NUL character")
            }
        } else {
            lengths.append(0)
            offsets.append(-1)
        }
        writer.bytes.append(0)
    }

    mutating func append(contentsOf other: Parameters) {
        if fault == nil, let inner = other.fault { fault = (count + inner.position, inner.reason) }
        let shift = writer.bytes.count
        types += other.types
        formats += other.formats
        lengths += other.lengths
        offsets += other.offsets.map { $0 < 0 ? $0 : $0 + shift }
        writer.bytes += other.writer.bytes
    }

    /// Calls `body` with the arrays that libpq's `PQsendQuery…` functions take.
    func withPointers<R>(
        _ body: (
            _ count: Int32, _ types: UnsafePointer<UInt32>?, _ values: UnsafePointer<UnsafePointer<CChar>?>?,
            _ lengths: UnsafePointer<Int32>?, _ formats: UnsafePointer<Int32>?
        ) -> R
    ) -> R {
        if types.isEmpty { return body(0, nil, nil, nil, nil) }
        return writer.bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = offsets.map { offset -> UnsafePointer<CChar>? in offset < 0 ? nil : base?.advanced(by: offset)
            }
            return body(Int32(types.count), types, values, lengths, formats)
        }
    }
}

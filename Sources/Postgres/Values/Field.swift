/// One value of a result that is not null, in Postgres' binary format.
public struct Field {
    let type: UInt32
    let bytes: UnsafeRawBufferPointer

    var typeName: String { TypeID.name(of: type) }

    var unexpected: FieldFault { FieldFault(found: typeName) }

    /// The content as an integer of exactly this width.
    func integer<I: FixedWidthInteger>(_: I.Type = I.self) throws(FieldFault) -> I {
        guard bytes.count == I.bitWidth / 8 else { throw FieldFault(found: "\(typeName) of \(bytes.count) bytes") }
        return I(bigEndian: bytes.loadUnaligned(as: I.self))
    }

    func utf8(from start: Int = 0) throws(FieldFault) -> String {
        guard let text = String(validating: bytes[start...], as: UTF8.self) else {
            throw FieldFault(found: "\(typeName) that is not UTF-8")
        }
        return text
    }
}

/// Reads a field piece by piece, for the formats that have an inner structure.
struct FieldReader {
    let field: Field
    private var position = 0

    init(_ field: Field) {
        self.field = field
    }

    mutating func next<I: FixedWidthInteger>(_: I.Type = I.self) throws(FieldFault) -> I {
        let bytes = try take(I.bitWidth / 8)
        return I(bigEndian: bytes.loadUnaligned(as: I.self))
    }

    mutating func take(_ count: Int) throws(FieldFault) -> UnsafeRawBufferPointer {
        guard count >= 0, position + count <= field.bytes.count else {
            throw FieldFault(found: "truncated \(field.typeName)")
        }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: field.bytes[position..<position + count])
    }
}

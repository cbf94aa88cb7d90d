public import FoundationEssentials

/// JSON as text, bound as and read from `jsonb` (and read from `json`).
public struct JSONText: Sendable, Hashable, SQLValue {
    /// The document.
    public var text: String

    /// Wraps a document that is already text; the server refuses what is not JSON.
    public init(_ text: String) {
        self.text = text
    }

    /// Encodes a value.
    public init(encoding value: some Encodable, with encoder: JSONEncoder = JSONEncoder()) throws {
        text = String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Decodes the document.
    public func decode<T: Decodable>(_: T.Type = T.self, with decoder: JSONDecoder = JSONDecoder()) throws -> T {
        try decoder.decode(T.self, from: Data(text.utf8))
    }

    /// `jsonb`.
    public static var sqlType: SQLType { SQLType(TypeID.jsonb) }

    /// Sends the version of the format and the text.
    public func encode(into writer: inout ValueWriter) -> Bool {
        writer.write(UInt8(1))
        writer.write(utf8: text)
        return true
    }

    /// Reads `jsonb` and `json`.
    public static func decode(_ field: Field) throws(FieldFault) -> JSONText {
        switch field.type {
        case TypeID.jsonb: JSONText(try field.utf8(from: 1))
        case TypeID.json: JSONText(try field.utf8())
        default: throw field.unexpected
        }
    }
}

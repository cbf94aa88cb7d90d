/// A Swift type that can be bound as a parameter and read from a column.
///
/// Each type has one Postgres type. `String` alone is sent without a type, so that the server reads it as the type it
/// expects: text, an enumeration, jsonb, a date. An enumeration with a raw value conforms by declaring so.
/// As a row it is read from the first column.
public protocol SQLValue: Sendable, RowDecodable {
    /// The Postgres type that values of this type are sent as.
    static var sqlType: SQLType { get }
    /// Appends the value in the wire format of `sqlType`; false means null.
    func encode(into writer: inout ValueWriter) -> Bool
    /// Reads a value that is not null.
    static func decode(_ field: Field) throws(FieldFault) -> Self
    /// What a null column reads as, or nil if null is an error.
    static var null: Self? { get }
}

extension SQLValue {
    /// Null is an error unless a type says otherwise.
    public static var null: Self? { nil }
}

/// A Postgres type by its object id.
public struct SQLType: Sendable, Equatable {
    let id: UInt32
    /// Whether values are sent in text form, with the type that the statement expects there.
    let isText: Bool

    init(_ id: UInt32) {
        self.id = id
        self.isText = false
    }

    private init(textLike id: UInt32) {
        self.id = id
        self.isText = true
    }

    var parameterType: UInt32 { isText ? 0 : id }

    static let text = SQLType(textLike: TypeID.text)
}

/// Appends values in Postgres' binary format.
public struct ValueWriter: Sendable {
    var bytes: [UInt8] = []

    mutating func write<I: FixedWidthInteger>(_ value: I) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(utf8 text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Writes a length in front of what `body` writes; -1 and nothing else when it answers false.
    mutating func writeSized(_ body: (inout ValueWriter) -> Bool) {
        let start = bytes.count
        write(Int32(-1))
        guard body(&self) else {
            bytes.removeSubrange((start + 4)...)
            return
        }
        let length = Int32(bytes.count - start - 4)
        withUnsafeBytes(of: length.bigEndian) { source in
            for (index, byte) in source.enumerated() { bytes[start + index] = byte }
        }
    }
}

/// Why a field could not be read: the Postgres type or content that was found.
public struct FieldFault: Error {
    let found: String
}

extension Optional: SQLValue where Wrapped: SQLValue {
    /// The type of the wrapped value.
    public static var sqlType: SQLType { Wrapped.sqlType }

    /// Null reads as nil.
    public static var null: Wrapped?? { .some(.none) }

    /// Sends the value, or null.
    public func encode(into writer: inout ValueWriter) -> Bool {
        switch self {
        case .some(let value): value.encode(into: &writer)
        case .none: false
        }
    }

    /// Reads a value that is not null.
    public static func decode(_ field: Field) throws(FieldFault) -> Wrapped? {
        try Wrapped.decode(field)
    }
}

extension SQLValue where Self: RawRepresentable, RawValue: SQLValue {
    /// The type of the raw value.
    public static var sqlType: SQLType { RawValue.sqlType }

    /// Sends the raw value.
    public func encode(into writer: inout ValueWriter) -> Bool { rawValue.encode(into: &writer) }

    /// Reads the raw value; a value without a case is an error.
    public static func decode(_ field: Field) throws(FieldFault) -> Self {
        let raw = try RawValue.decode(field)
        guard let value = Self(rawValue: raw) else { throw FieldFault(found: "\(field.typeName) '\(raw)'") }
        return value
    }
}

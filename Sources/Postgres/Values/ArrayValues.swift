public import FoundationEssentials

/// A type whose arrays can be bound and read. `[UInt8]` is `bytea`; every other array is a Postgres array.
public protocol SQLElement: Sendable {
    /// The type of an array of these.
    static var arrayType: SQLType { get }
    /// Appends an array.
    static func encode(_ array: [Self], into writer: inout ValueWriter)
    /// Reads an array.
    static func decodeArray(_ field: Field) throws(FieldFault) -> [Self]
}

extension Array: SQLValue where Element: SQLElement {
    /// The array type of the element.
    public static var sqlType: SQLType { Element.arrayType }

    /// Sends the array.
    public func encode(into writer: inout ValueWriter) -> Bool {
        Element.encode(self, into: &writer)
        return true
    }

    /// Reads an array of one dimension.
    public static func decode(_ field: Field) throws(FieldFault) -> [Element] {
        try Element.decodeArray(field)
    }
}

extension UInt8: SQLElement {
    /// `bytea`.
    public static var arrayType: SQLType { SQLType(TypeID.bytea) }

    /// Appends the bytes.
    public static func encode(_ array: [UInt8], into writer: inout ValueWriter) {
        writer.bytes.append(contentsOf: array)
    }

    /// Reads `bytea`.
    public static func decodeArray(_ field: Field) throws(FieldFault) -> [UInt8] {
        guard field.type == TypeID.bytea else { throw field.unexpected }
        return [UInt8](field.bytes)
    }
}

extension SQLElement where Self: SQLValue {
    /// The array type of `sqlType`.
    public static var arrayType: SQLType { SQLType(arrayTypes[sqlType.id] ?? TypeID.unknown) }

    /// Appends an array of one dimension.
    public static func encode(_ array: [Self], into writer: inout ValueWriter) {
        writer.write(Int32(array.isEmpty ? 0 : 1))
        let flags = writer.bytes.count
        writer.write(Int32(0))
        writer.write(sqlType.id)
        guard !array.isEmpty else { return }
        writer.write(Int32(array.count))
        writer.write(Int32(1))
        var hasNull = false
        for element in array {
            writer.writeSized { writer in
                let isPresent = element.encode(into: &writer)
                if !isPresent { hasNull = true }
                return isPresent
            }
        }
        if hasNull { writer.bytes[flags + 3] = 1 }
    }

    /// Reads an array of one dimension.
    public static func decodeArray(_ field: Field) throws(FieldFault) -> [Self] {
        guard arrayTypeIDs.contains(field.type) || field.type >= TypeID.firstOwn else { throw field.unexpected }
        var reader = FieldReader(field)
        let dimensions = try reader.next(Int32.self)
        _ = try reader.next(Int32.self)
        let type = try reader.next(UInt32.self)
        if dimensions == 0 { return [] }
        guard dimensions == 1 else { throw FieldFault(found: "\(field.typeName) of \(dimensions) dimensions") }
        let count = try reader.next(Int32.self)
        _ = try reader.next(Int32.self)
        var array: [Self] = []
        array.reserveCapacity(min(Int(max(0, count)), field.bytes.count / 4))
        for _ in 0..<max(0, count) {
            let length = try reader.next(Int32.self)
            if length >= 0 {
                array.append(try Self.decode(Field(type: type, bytes: try reader.take(Int(length)))))
            } else if let null = Self.null {
                array.append(null)
            } else {
                throw FieldFault(found: "\(field.typeName) with a null")
            }
        }
        return array
    }
}

private let arrayTypes: [UInt32: UInt32] = [
    TypeID.bool: 1000, TypeID.bytea: 1001, TypeID.int2: 1005, TypeID.int4: 1007, TypeID.text: 1009,
    TypeID.int8: 1016, TypeID.float8: 1022, TypeID.timestamptz: 1185, TypeID.interval: 1187, TypeID.uuid: 2951,
    TypeID.jsonb: 3807,
]
/// The types above and those that are only read: names, varchar, float4, numeric, json.
private let arrayTypeIDs = Set(arrayTypes.values).union([1003, 1015, 1014, 1021, 1231, 199])

extension String: SQLElement {}
extension Int: SQLElement {}
extension Int64: SQLElement {}
extension Int32: SQLElement {}
extension Int16: SQLElement {}
extension Double: SQLElement {}
extension Bool: SQLElement {}
extension UUID: SQLElement {}
extension Date: SQLElement {}
extension Duration: SQLElement {}
extension JSONText: SQLElement {}
extension Array: SQLElement where Element == UInt8 {}
extension Optional: SQLElement where Wrapped: SQLValue & SQLElement {}

public import FoundationEssentials

extension String: SQLValue {
    /// Sent without a type, so that it gets the type that the statement expects there.
    public static var sqlType: SQLType { .text }

    /// Sends the text.
    public func encode(into writer: inout ValueWriter) -> Bool {
        writer.write(utf8: self)
        return true
    }

    /// Reads text, json, uuid, numeric and the labels of enumerations.
    public static func decode(_ field: Field) throws(FieldFault) -> String {
        switch field.type {
        case TypeID.text, TypeID.varchar, TypeID.bpchar, TypeID.name, TypeID.char, TypeID.json, TypeID.unknown:
            return try field.utf8()
        case TypeID.jsonb:
            return try field.utf8(from: 1)
        case TypeID.uuid:
            return try UUID.decode(field).uuidString.lowercased()
        case TypeID.numeric:
            return try Numeric(field).description
        case TypeID.firstOwn...:
            // The binary form of an enumeration is its label; that of a composite type holds NUL bytes.
            guard !field.bytes.contains(0) else { throw field.unexpected }
            return try field.utf8()
        default:
            throw field.unexpected
        }
    }
}

extension Int64: SQLValue {
    /// `int8`.
    public static var sqlType: SQLType { SQLType(TypeID.int8) }

    /// Sends eight bytes.
    public func encode(into writer: inout ValueWriter) -> Bool {
        writer.write(self)
        return true
    }

    /// Reads every integer type, and a numeric without a fraction, as a sum of `int8` is one.
    public static func decode(_ field: Field) throws(FieldFault) -> Int64 {
        switch field.type {
        case TypeID.int8: return try field.integer()
        case TypeID.int4: return Int64(try field.integer(Int32.self))
        case TypeID.int2: return Int64(try field.integer(Int16.self))
        case TypeID.oid: return Int64(try field.integer(UInt32.self))
        case TypeID.numeric: return try Numeric(field).integer()
        default: throw field.unexpected
        }
    }
}

extension Int: SQLValue {
    /// `int8`.
    public static var sqlType: SQLType { Int64.sqlType }

    /// Sends eight bytes.
    public func encode(into writer: inout ValueWriter) -> Bool { Int64(self).encode(into: &writer) }

    /// Reads what `Int64` reads.
    public static func decode(_ field: Field) throws(FieldFault) -> Int { Int(try Int64.decode(field)) }
}

extension Int32: SQLValue {
    /// `int4`.
    public static var sqlType: SQLType { SQLType(TypeID.int4) }

    /// Sends four bytes.
    public func encode(into writer: inout ValueWriter) -> Bool {
        writer.write(self)
        return true
    }

    /// Reads `int4` and `int2`.
    public static func decode(_ field: Field) throws(FieldFault) -> Int32 {
        switch field.type {
        case TypeID.int4: return try field.integer()
        case TypeID.int2: return Int32(try field.integer(Int16.self))
        default: throw field.unexpected
        }
    }
}

extension Int16: SQLValue {
    /// `int2`.
    public static var sqlType: SQLType { SQLType(TypeID.int2) }

    /// Sends two bytes.
    public func encode(into writer: inout ValueWriter) -> Bool {
        writer.write(self)
        return true
    }

    /// Reads `int2`.
    public static func decode(_ field: Field) throws(FieldFault) -> Int16 {
        guard field.type == TypeID.int2 else { throw field.unexpected }
        return try field.integer()
    }
}

extension Double: SQLValue {
    /// `float8`.
    public static var sqlType: SQLType { SQLType(TypeID.float8) }

    /// Sends eight bytes.
    public func encode(into writer: inout ValueWriter) -> Bool {
        writer.write(bitPattern)
        return true
    }

    /// Reads both float types, numeric, and the integers that a double holds exactly.
    public static func decode(_ field: Field) throws(FieldFault) -> Double {
        switch field.type {
        case TypeID.float8: return Double(bitPattern: try field.integer())
        case TypeID.float4: return Double(Float(bitPattern: try field.integer()))
        case TypeID.numeric: return try Numeric(field).double()
        case TypeID.int4, TypeID.int2: return Double(try Int32.decode(field))
        default: throw field.unexpected
        }
    }
}

extension Bool: SQLValue {
    /// `bool`.
    public static var sqlType: SQLType { SQLType(TypeID.bool) }

    /// Sends one byte.
    public func encode(into writer: inout ValueWriter) -> Bool {
        writer.write(self ? UInt8(1) : 0)
        return true
    }

    /// Reads `bool`.
    public static func decode(_ field: Field) throws(FieldFault) -> Bool {
        guard field.type == TypeID.bool else { throw field.unexpected }
        return try field.integer(UInt8.self) != 0
    }
}

extension UUID: SQLValue {
    /// `uuid`.
    public static var sqlType: SQLType { SQLType(TypeID.uuid) }

    /// Sends sixteen bytes.
    public func encode(into writer: inout ValueWriter) -> Bool {
        withUnsafeBytes(of: uuid) { writer.bytes.append(contentsOf: $0) }
        return true
    }

    /// Reads `uuid`.
    public static func decode(_ field: Field) throws(FieldFault) -> UUID {
        guard field.type == TypeID.uuid, field.bytes.count == 16 else { throw field.unexpected }
        return UUID(uuid: field.bytes.loadUnaligned(as: uuid_t.self))
    }
}

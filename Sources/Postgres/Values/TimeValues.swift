public import FoundationEssentials

/// Postgres counts microseconds from 2000-01-01, Foundation seconds from 2001-01-01.
private let microsecondsBetweenEpochs: Int64 = 366 * 86_400 * 1_000_000

extension Date: SQLValue {
    /// `timestamptz`.
    public static var sqlType: SQLType { SQLType(TypeID.timestamptz) }

    /// Sends the microseconds; a double holds them exactly from 1870 to 2130.
    public func encode(into writer: inout ValueWriter) -> Bool {
        let microseconds = (timeIntervalSinceReferenceDate * 1_000_000).rounded()
        // A date outside Postgres' range is sent as the nearest infinity, which every comparison understands.
        let wire = Int64(exactly: microseconds).map { $0.addingReportingOverflow(microsecondsBetweenEpochs) }
        let past = microseconds < 0
        writer.write(wire.flatMap { $0.overflow ? nil : $0.partialValue } ?? (past ? Int64.min : Int64.max))
        return true
    }

    /// Reads `timestamptz`; a timestamp without a zone says no instant and is refused.
    public static func decode(_ field: Field) throws(FieldFault) -> Date {
        guard field.type == TypeID.timestamptz else { throw field.unexpected }
        let wire = try field.integer(Int64.self)
        guard wire != .min, wire != .max else { throw FieldFault(found: "infinite timestamptz") }
        return Date(timeIntervalSinceReferenceDate: Double(wire - microsecondsBetweenEpochs) / 1_000_000)
    }
}

extension Duration: SQLValue {
    /// `interval`.
    public static var sqlType: SQLType { SQLType(TypeID.interval) }

    /// Sends the microseconds; finer parts are cut off.
    public func encode(into writer: inout ValueWriter) -> Bool {
        let (seconds, attoseconds) = components
        writer.write(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
        writer.write(Int32(0))
        writer.write(Int32(0))
        return true
    }

    /// Reads `interval`, a day being 24 hours; months have no fixed length and are refused.
    public static func decode(_ field: Field) throws(FieldFault) -> Duration {
        guard field.type == TypeID.interval else { throw field.unexpected }
        var reader = FieldReader(field)
        let microseconds = try reader.next(Int64.self)
        let days = try reader.next(Int32.self)
        guard try reader.next(Int32.self) == 0 else { throw FieldFault(found: "interval with months") }
        return .microseconds(microseconds) + .seconds(Int64(days) * 86_400)
    }
}

internal import CPostgres

/// The values of one row for `Connection.copy`, in the order of the columns.
public struct CopyRow {
    fileprivate var writer = ValueWriter()
    fileprivate var count: Int16 = 0

    /// Appends the value of the next column. Its Postgres type must be exactly the column's: `Int32` for `int4`,
    /// `JSONText` for `jsonb`, `String` for text.
    public mutating func append(_ value: some SQLValue) {
        count += 1
        writer.writeSized { value.encode(into: &$0) }
    }
}

extension Connection {
    /// Fills a table by COPY, the fastest way for many rows. `fill` is called once per element and appends its values.
    @discardableResult
    public func copy<Elements: Sequence>(
        _ elements: Elements, into table: String, columns: [String], _ fill: (Elements.Element, inout CopyRow) -> Void
    ) throws(DatabaseError) -> Int {
        let names = columns.map(SQL.quoted(identifier:)).joined(separator: ", ")
        let text = "copy \(SQL.quoted(identifier: table)) (\(names)) from stdin with (format binary)"
        try openTransaction()
        try wire.check(PQsendQuery(wire.handle, text))
        guard let pointer = try wire.next() else { throw .unavailable(reason: wire.complaint) }
        guard PQresultStatus(pointer) == PGRES_COPY_IN else {
            let report = ServerReport(pointer)
            PQclear(pointer)
            _ = try? drain(statement: text)
            throw report.error(statement: text)
        }
        PQclear(pointer)
        return try send(elements, statement: text, fill)
    }

    private func send<Elements: Sequence>(
        _ elements: Elements, statement: String, _ fill: (Elements.Element, inout CopyRow) -> Void
    ) throws(DatabaseError) -> Int {
        var buffer = ValueWriter()
        buffer.bytes = [UInt8]("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
        for element in elements {
            var row = CopyRow()
            fill(element, &row)
            buffer.write(row.count)
            buffer.bytes += row.writer.bytes
            if buffer.bytes.count > 65_536 { try flush(&buffer) }
        }
        buffer.write(Int16(-1))
        try flush(&buffer)
        guard PQputCopyEnd(wire.handle, nil) == 1 else { throw .unavailable(reason: wire.complaint) }
        do {
            return try drain(statement: statement).affectedRows
        } catch {
            throw error.error
        }
    }

    private func flush(_ buffer: inout ValueWriter) throws(DatabaseError) {
        let sent = buffer.bytes.withUnsafeBytes { bytes in
            PQputCopyData(wire.handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
        }
        guard sent == 1 else { throw .unavailable(reason: wire.complaint) }
        buffer.bytes.removeAll(keepingCapacity: true)
    }
}

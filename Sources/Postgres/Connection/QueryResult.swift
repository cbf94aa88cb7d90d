internal import CPostgres

/// Owns a result of libpq.
final class QueryResult {
    private let pointer: OpaquePointer
    let shape: ResultShape

    /// `shape` is what an earlier run of the same prepared statement answered with.
    init(_ pointer: OpaquePointer, shape: ResultShape? = nil) {
        self.pointer = pointer
        self.shape = shape ?? ResultShape(pointer)
    }

    deinit {
        PQclear(pointer)
    }

    var columns: [String] { shape.names }

    var rowCount: Int32 { PQntuples(pointer) }

    /// Rows inserted, updated, deleted or selected.
    var affectedRows: Int {
        guard let text = PQcmdTuples(pointer) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// What the statement says it did, such as `COMMIT`.
    var command: String {
        PQcmdStatus(pointer).map { String(cString: $0) } ?? ""
    }

    /// The bytes of a field, valid as long as this result; nil for null.
    func field(row: Int32, column: Int32) -> Field? {
        if PQgetisnull(pointer, row, column) != 0 { return nil }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(pointer, row, column), count: Int(PQgetlength(pointer, row, column)))
        return Field(type: shape.types[Int(column)], bytes: bytes)
    }

    func decoded<T: RowDecodable>(as _: T.Type) throws(DatabaseError) -> [T] {
        var rows: [T] = []
        rows.reserveCapacity(Int(rowCount))
        for index in 0..<rowCount { rows.append(try T(row: Row(result: self, index: index))) }
        return rows
    }
}

/// The names and types of a result's columns.
struct ResultShape {
    let names: [String]
    let types: [UInt32]

    init(_ result: OpaquePointer) {
        let columns = 0..<PQnfields(result)
        names = columns.map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
        types = columns.map { PQftype(result, $0) }
    }
}

/// What can go wrong between this process and Postgres. A closed set, so that one mapper can answer each.
///
/// `description` is safe to show and to log anywhere: it holds no SQL, no values and no connection string.
/// `debugDescription` holds everything that is known.
public enum DatabaseError: Error, Sendable, Equatable {
    /// Postgres cannot be reached, is starting or stopping, or the connection was lost in the middle.
    case unavailable(reason: String)
    /// No connection became free in the time that a caller waits.
    case poolExhausted(waited: Duration)
    /// A constraint was violated. A missing value has no constraint's name and is named `table_column_not_null`.
    case constraint(name: String, sqlstate: String, table: String)
    /// A serialization failure or a deadlock that repeating the transaction did not cure.
    case serialization(sqlstate: String)
    /// The statement or its wait for a lock took longer than allowed and was cancelled.
    case timeout(sqlstate: String, statement: String)
    /// A column cannot be read as the type that the caller asked for.
    case decoding(column: String, expected: String, found: String)
    /// A value cannot be sent, such as text with a NUL character.
    case encoding(parameter: Int, reason: String)
    /// A statement that must answer exactly one row answered another number of them.
    case rowCount(expected: Int, found: Int)
    /// Any other error of the server; `detail` holds all that it said besides the message.
    case server(sqlstate: String, message: String, detail: String)

    /// Whether running the whole transaction again may succeed.
    public var isTransient: Bool {
        if case .serialization = self { true } else { false }
    }

    /// The SQLSTATE, when the server gave one.
    public var sqlstate: String? {
        switch self {
        case .constraint(_, let sqlstate, _), .serialization(let sqlstate), .timeout(let sqlstate, _),
            .server(let sqlstate, _, _):
            sqlstate
        case .unavailable, .poolExhausted, .decoding, .encoding, .rowCount:
            nil
        }
    }

    /// Whether this is the violation of the constraint of that name.
    public func violates(_ constraint: String) -> Bool {
        if case .constraint(constraint, _, _) = self { true } else { false }
    }
}

extension DatabaseError: CustomStringConvertible, CustomDebugStringConvertible {
    /// What happened, without SQL, values or addresses.
    public var description: String {
        switch self {
        case .unavailable: "the database is not available"
        case .poolExhausted: "every database connection is busy"
        case .constraint(let name, let sqlstate, _): "constraint \(name) violated (\(sqlstate))"
        case .serialization(let sqlstate): "concurrent transactions conflict (\(sqlstate))"
        case .timeout(let sqlstate, _): "a statement took too long (\(sqlstate))"
        case .decoding(let column, let expected, let found): "column \(column) is \(found), not \(expected)"
        case .encoding(let parameter, let reason): "parameter \(parameter) is \(reason)"
        case .rowCount(let expected, let found): "\(found) rows instead of \(expected)"
        case .server(let sqlstate, _, _): "database error \(sqlstate)"
        }
    }

    /// All that is known, for logs that only operators read.
    public var debugDescription: String {
        switch self {
        case .unavailable(let reason): "\(description): \(reason)"
        case .poolExhausted(let waited): "\(description) for \(waited)"
        case .constraint(_, _, let table): "\(description) on table \(table)"
        case .timeout(_, let statement): "\(description): \(statement)"
        case .server(_, let message, let detail): "\(description): \(message)\(detail.isEmpty ? "" : "\n\(detail)")"
        case .serialization, .decoding, .encoding, .rowCount: description
        }
    }
}

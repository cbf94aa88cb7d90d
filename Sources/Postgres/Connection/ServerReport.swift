internal import CPostgres

/// The fields of an error that the server reported.
struct ServerReport {
    let sqlstate: String
    let message: String
    let table: String
    let column: String
    let constraint: String
    /// The server's source function, the only way to tell a stale plan from other unsupported features.
    let routine: String
    let detail: String
    private let rest: [(name: String, text: String)]

    init(_ result: OpaquePointer) {
        func field(_ code: Character) -> String {
            guard let ascii = code.asciiValue, let text = PQresultErrorField(result, Int32(ascii)) else { return "" }
            return String(cString: text)
        }
        sqlstate = field("C")
        message = field("M")
        table = field("t")
        column = field("c")
        constraint = field("n")
        routine = field("R")
        detail = field("D")
        rest = [("detail", detail), ("hint", field("H")), ("context", field("W")), ("position", field("P"))]
    }

    /// A prepared statement whose plan or whose very existence the server has dropped; preparing it again helps.
    var isStalePlan: Bool {
        sqlstate == "26000" || (sqlstate == "0A000" && routine == "RevalidateCachedQuery")
    }

    func error(statement: String) -> DatabaseError {
        switch sqlstate {
        case "40001", "40P01":
            return .serialization(sqlstate: sqlstate)
        case "57014", "55P03":
            return .timeout(sqlstate: sqlstate, statement: statement)
        case "23502" where constraint.isEmpty:
            return .constraint(name: "\(table)_\(column)_not_null", sqlstate: sqlstate, table: table)
        case _ where sqlstate.hasPrefix("23") && !constraint.isEmpty:
            return .constraint(name: constraint, sqlstate: sqlstate, table: table)
        case "57P01", "57P02", "57P03", "57P05", "53300", "25P03":
            return .unavailable(reason: "\(message) (\(sqlstate))")
        case _ where sqlstate.hasPrefix("08") || sqlstate.isEmpty:
            return .unavailable(reason: message)
        default:
            let named = rest.filter { !$0.text.isEmpty }.map { "\($0.name): \($0.text)" }
            return .server(
                sqlstate: sqlstate, message: message,
                detail: (named + ["statement: \(statement)"]).joined(separator: "\n"))
        }
    }
}

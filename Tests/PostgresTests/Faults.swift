import Postgres
import TestSupport

/// The database error that `body` throws; nil when it throws none or another.
func databaseError<R>(_ body: () throws -> R) -> DatabaseError? {
    fault(of: body) as? DatabaseError
}

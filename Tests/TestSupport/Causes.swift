internal import Postgres

/// Runs `body` and throws what its error passes on, such as the database's own error.
public func unwrappingCause<Answer>(_ body: () throws -> Answer) throws -> Answer {
    do {
        return try body()
    } catch let error as any CausedError {
        throw error.cause
    }
}

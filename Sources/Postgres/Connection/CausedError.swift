/// An error that only passes another one on.
public protocol CausedError: Error {
    /// The error that it passes on.
    var cause: any Error { get }
}

extension DatabaseError {
    /// The error of the database that `error` is or passes on; nil for any other error.
    public init?(in error: any Error) {
        guard let found = ((error as? any CausedError)?.cause ?? error) as? DatabaseError else { return nil }
        self = found
    }
}

internal import Postgres
internal import Storage

/// Why a backup or a restore did not happen, in one sentence for the operator.
public struct BackupFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sentence.
    public let description: String

    /// A fault by its sentence.
    public init(_ description: String) {
        self.description = description
    }

    init(_ fault: StorageFault) {
        self.init(fault.debugDescription)
    }
}

extension DatabaseError {
    /// What the server said, without the statement.
    var firstLine: String { String(debugDescription.prefix { $0 != "\n" }) }
}

/// Turns what a storage says into a sentence.
func storing<R>(_ body: () throws(StorageFault) -> R) throws(BackupFault) -> R {
    do throws(StorageFault) { return try body() } catch { throw BackupFault(error) }
}

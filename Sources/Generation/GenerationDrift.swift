public import FoundationEssentials
public import Postgres

/// A place where a generation and what is kept beside it (usage, reservation, costs) contradict each other.
public struct GenerationDrift: Sendable, RowDecodable {
    /// The generation.
    public let generationID: UUID
    /// What is wrong, in words.
    public let fault: String

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        generationID = try row.value("generation_id")
        fault = try row.value("fault")
    }

    /// Every contradiction; none on a sound site. Not for the web role.
    public static func find(in database: Database) throws(DatabaseError) -> [GenerationDrift] {
        try database.query("select generation_id, fault from generation_drift()")
    }
}

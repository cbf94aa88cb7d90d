public import FoundationEssentials
public import Postgres

/// A place where the ledger and what is kept beside it differ.
public struct CreditDrift: Sendable, RowDecodable {
    /// `balance` (not the sum of its entries) or `reservation` (its entries are not what it says).
    public let fault: String
    /// The member.
    public let userID: UUID
    /// The run; nil for a balance.
    public let reference: String?
    /// What was found.
    public let found: Int
    /// What the ledger says, or for a reservation what it should say.
    public let expected: Int

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        fault = try row.value("fault")
        userID = try row.value("user_id")
        reference = try row.value("reference")
        found = try row.value("found")
        expected = try row.value("expected")
    }

    /// Every difference; none on a sound site. Not for the web role.
    public static func find(in database: Database) throws(DatabaseError) -> [CreditDrift] {
        try database.query("select * from credit_drift()")
    }

    /// Makes every balance the sum of its entries, and returns how they differed. Not for the web role.
    public static func repair(in database: Database) throws(DatabaseError) -> [CreditDrift] {
        try database.query("select * from repair_credits()")
    }
}

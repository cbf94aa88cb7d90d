public import FoundationEssentials
public import Postgres
public import Refusals

/// The credits of members: a ledger whose sum is the balance at every moment.
///
/// Functions of the database change it (migrations/functions/credits), so a transaction that makes a run can reserve its
/// credits with ``reserve(_:for:reference:on:)`` on its own connection.
public struct Credits: Sendable {
    private let database: Database
    /// How many credits each member gets a month.
    public let monthly: Int

    /// The credits of a database.
    public init(database: Database, monthly: Int) {
        self.database = database
        self.monthly = monthly
    }

    /// The member's balance, with the month's allotment, which is given at the first look.
    public func balance(of member: UUID) throws(DatabaseError) -> CreditBalance {
        let _: Int = try database.one("select grant_allotment(\(member), \(monthly)::int)")
        return try database.acting(for: member).one(
            """
            select balances.balance, balances.allotment, balances.granted,
                coalesce(
                    (
                        select sum(amount)
                        from credit_reservations
                        where user_id = \(member) and state = 'reserved'
                    ),
                    0
                )::int as reserved,
                (balances.month + interval '1 month') at time zone 'utc' as renews_at
            from credit_balances balances
            where balances.user_id = \(member)
            """)
    }

    /// The ledger of a member from the newest entry, as `actor` may see it: the member or an admin.
    public func ledger(of member: UUID, _ page: PageRequest, for actor: UUID) throws -> Page<CreditEntry> {
        let order = Keyset("credits", .number("entries.id"), isDescending: true)
        let place = try order.place(after: page)
        let rows: [Row] = try database.acting(for: actor).query(
            """
            select entries.id, entries.happened_at, entries.kind, entries.amount, entries.balance, entries.reference,
                entries.reason, \(sql: order.columns)
            from credit_entries entries
            where entries.user_id = \(member) and \(sql: place.condition)
            \(sql: place.orderAndLimit)
            """)
        return try order.page(of: rows, page) { row in try CreditEntry(row: row) }
    }

    /// Sets credits aside for a run, in a transaction of its own; what is left.
    public func reserve(_ amount: Int, for member: UUID, reference: String) throws(CreditError) -> Int {
        try CreditError.wrapping {
            try database.transaction { connection in
                try reserve(amount, for: member, reference: reference, on: connection)
            }
        }
    }

    /// Sets credits aside for a run, in the caller's transaction; what is left. Throws `CreditRefusal.insufficient` when the
    /// member has fewer, after which the transaction must be rolled back.
    public func reserve(
        _ amount: Int, for member: UUID, reference: String, on connection: Connection
    ) throws -> Int {
        let _: Int = try connection.one("select grant_allotment(\(member), \(monthly)::int)")
        let row: Row = try connection.one("select * from reserve_credits(\(member), \(reference), \(amount)::int)")
        let balance: Int = try row.value("balance")
        try CreditRefusal.check(try row.value("outcome"), balance: balance, wanted: amount)
        return balance
    }

    /// Settles a reservation to what was really spent, never above what was reserved; what was charged. Doing it again
    /// changes nothing.
    public func settle(_ reference: String, spent: Int) throws(CreditError) -> Int {
        try end("select * from settle_credits(\(reference), \(spent)::int)")
    }

    /// Returns everything that was reserved. Doing it again changes nothing.
    public func release(_ reference: String) throws(CreditError) {
        _ = try end("select * from release_credits(\(reference))")
    }

    /// Grants credits to a member, or takes granted ones back when `amount` is negative; the balance after it. The audit
    /// log records it. A request that is sent again with its key within a day changes nothing.
    public func grant(
        _ amount: Int, to member: UUID, reason: String, by actor: UUID?, key: String? = nil
    ) throws(CreditError) -> Int {
        try CreditError.wrapping {
            let row: Row = try database.transaction { connection in
                let _: Int? = try connection.first(
                    "select grant_allotment(id, \(monthly)::int) from users where id = \(member) and left_at is null")
                return try connection.one(
                    "select * from grant_credits(\(actor), \(member), \(amount)::int, \(reason), \(key))")
            }
            let balance: Int = try row.value("balance")
            try CreditRefusal.check(try row.value("outcome"), balance: balance, wanted: -amount)
            return balance
        }
    }

    private func end(_ statement: SQL) throws(CreditError) -> Int {
        try CreditError.wrapping {
            let row: Row = try database.one(statement)
            try CreditRefusal.check(try row.value("outcome"), balance: 0, wanted: 0)
            return try row.value("charged")
        }
    }
}

/// What a member can spend.
public struct CreditBalance: Sendable, Equatable, RowDecodable {
    /// The sum of the ledger.
    public let balance: Int
    /// What is left of the month's allotment.
    public let allotment: Int
    /// What is left of grants.
    public let granted: Int
    /// What is set aside for runs that have not ended; not part of the balance.
    public let reserved: Int
    /// When the next allotment comes.
    public let renewsAt: Date

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        balance = try row.value("balance")
        allotment = try row.value("allotment")
        granted = try row.value("granted")
        reserved = try row.value("reserved")
        renewsAt = try row.value("renews_at")
    }
}

/// Why the credits of a member changed.
public enum CreditEntryKind: String, Sendable, CaseIterable, SQLValue, RowDecodable {
    /// The month's allotment.
    case allotment
    /// What a month left over.
    case lapse
    /// An admin gave some, or took some back.
    case grant
    /// Set aside for a run.
    case reserve
    /// What a run did not need came back.
    case settle
    /// A run did not happen or failed.
    case release
}

/// An entry of the ledger.
public struct CreditEntry: Sendable, Equatable, RowDecodable {
    /// The number; later entries have higher ones.
    public let id: Int64
    /// When it happened.
    public let happenedAt: Date
    /// Why.
    public let kind: CreditEntryKind
    /// By how much the balance changed.
    public let amount: Int
    /// The balance after it.
    public let balance: Int
    /// The run; nil unless the entry is of one.
    public let reference: String?
    /// What the admin who granted it says.
    public let reason: String?

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        happenedAt = try row.value("happened_at")
        kind = try row.value("kind")
        amount = try row.value("amount")
        balance = try row.value("balance")
        reference = try row.value("reference")
        reason = try row.value("reason")
    }
}

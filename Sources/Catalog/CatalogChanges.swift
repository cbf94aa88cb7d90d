public import FoundationEssentials
internal import Money
public import Postgres
public import Refusals

/// What admins change. Each change is one transaction, recorded in the audit log, and counts for the next request.
extension Catalog {
    /// Creates a model from its facts, as the API writes them; inactive unless they say otherwise. Returns its id.
    public func create(_ facts: JSONText, by actor: UUID?) throws(CatalogError) -> UUID {
        try save(nil, facts, actor)
    }

    /// Changes facts of a model; those that are missing stay as they are.
    public func change(_ model: UUID, to facts: JSONText, by actor: UUID?) throws(CatalogError) {
        _ = try save(model, facts, actor)
    }

    /// Makes a model the default in place of the one before.
    public func makeDefault(_ model: UUID, by actor: UUID?) throws(CatalogError) {
        try CatalogError.wrapping {
            try ModelRefusal.check(try database.one("select set_default_model(\(actor), \(model))"))
        }
    }

    /// Makes the offered model that an operator names the default: by its slug or its id, hyphens and the like left out or not.
    /// Returns false when there is none.
    public func makeDefault(named name: String) throws -> Bool {
        func plain(_ text: String) -> String { text.lowercased().filter { $0.isLetter || $0.isNumber } }
        let named = try active().first { [$0.slug, $0.modelID].map(plain).contains(plain(name)) }
        guard let named else { return false }
        try makeDefault(named.id, by: nil)
        return true
    }

    /// Retires a model: it stays, inactive and deprecated.
    public func retire(_ model: UUID, by actor: UUID?) throws(CatalogError) {
        try delete(model, isHard: false, actor)
    }

    /// Deletes a model for good; refused when it has videos.
    public func delete(_ model: UUID, by actor: UUID?) throws(CatalogError) {
        try delete(model, isHard: true, actor)
    }

    /// Grants a member premium models, or takes the grant back.
    public func setPremium(
        _ isGranted: Bool, for member: UUID, reason: String, by actor: UUID?
    ) throws(CatalogError) {
        try CatalogError.wrapping {
            try ModelRefusal.check(
                try database.one("select set_premium_grant(\(actor), \(member), \(isGranted), \(reason))"))
        }
    }

    /// Adds a finished run to the statistics of its model, in the caller's transaction, which must do so once for each run.
    /// Cancelled runs are not added. Not for the web role.
    public static func recordRun(
        of model: UUID, succeeded: Bool, generationTime: Duration?, cost: Cost?, on connection: Connection
    ) throws(DatabaseError) {
        try connection.execute(
            """
            select record_model_run(
                \(model), \(succeeded), \(generationTime?.milliseconds)::bigint, \(cost?.amount.description)::numeric
            )
            """)
    }

    private func save(_ model: UUID?, _ facts: JSONText, _ actor: UUID?) throws(CatalogError) -> UUID {
        try CatalogError.wrapping {
            try refusingInvalidFacts {
                let row: Row = try database.one("select * from save_model(\(actor), \(model), \(facts))")
                try ModelRefusal.check(try row.value("outcome"))
                return try row.value("id")
            }
        }
    }

    private func delete(_ model: UUID, isHard: Bool, _ actor: UUID?) throws(CatalogError) {
        try CatalogError.wrapping {
            try ModelRefusal.check(try database.one("select delete_model(\(actor), \(model), \(isHard))"))
        }
    }

    /// Turns a constraint that facts break into a refusal; schemas keep most of them away.
    func refusingInvalidFacts<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError where ["23514", "23502", "22P02", "22003", "22023"].contains(error.sqlstate)
        {
            throw ModelRefusal.invalidFacts(error)
        }
    }
}

/// Packs of models that travel between sites.
extension Catalog {
    /// The models as a pack: those with these slugs, or all when nil.
    public func exportPack(slugs: [String]? = nil) throws(DatabaseError) -> JSONText {
        try database.one("select export_catalog(\(slugs))")
    }

    /// What a pack would change, which must have the form of its schema.
    public func compare(_ pack: JSONText) throws(CatalogError) -> [PackedModelChange] {
        try CatalogError.wrapping {
            try refusingInvalidFacts { try database.query("select * from compare_catalog(\(pack))") }
        }
    }

    /// Applies a pack, whole or not at all, and returns what it changed. No model becomes active by it. A pack that no trusted key
    /// has signed must have been accepted by the one who applies it.
    public func apply(
        _ pack: JSONText, from origin: PackOrigin, isAccepted: Bool = false, by actor: UUID?
    ) throws(CatalogError) -> [PackedModelChange] {
        try CatalogError.wrapping {
            guard origin.isTrusted || isAccepted else { throw ModelRefusal.untrustedPack(origin) }
            return try refusingInvalidFacts {
                try database.transaction { connection in
                    let changes: [PackedModelChange] = try connection.query("select * from compare_catalog(\(pack))")
                    let outcomes: [Row] = try connection.query(
                        "select * from import_catalog(\(actor), \(pack), \(origin.sentence))")
                    for row in outcomes { try ModelRefusal.check(try row.value("outcome")) }
                    return changes
                }
            }
        }
    }
}

/// What a pack changes of one model.
public struct PackedModelChange: Sendable, Equatable, RowDecodable {
    /// How the model of the pack differs.
    public enum Kind: String, Sendable, CaseIterable, SQLValue, RowDecodable {
        /// This site has no such model.
        case new
        /// Some facts differ.
        case changed
        /// None does.
        case same
    }

    /// The slug.
    public let slug: String
    /// The name in the pack.
    public let name: String
    /// How it differs.
    public let kind: Kind
    /// The facts of this site that differ; nil for a new model.
    public let before: JSONText?
    /// The facts of the pack that differ, or all of a new model.
    public let after: JSONText?

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        slug = try row.value("slug")
        name = try row.value("name")
        kind = try row.value("change")
        before = try row.value("before")
        after = try row.value("after")
    }
}

import Catalog
import Credits
import FoundationEssentials
import Money
import Postgres
import TestSupport
import Testing

/// A database with an admin who keeps the catalog.
struct CatalogStage {
    let test: TestDatabase
    let admin: UUID

    var web: Database { test.database(as: .web) }
    var jobs: Database { test.database(as: .jobs) }
    var superuser: Database { test.database(as: .superuser) }
    var catalog: Catalog { Catalog(database: web, credentials: ProviderCredentials(settings: [])) }

    /// Runs a test, and proves afterwards that the ledger sums to the balances.
    static func run(_ body: (CatalogStage) throws -> Void) throws {
        try TestDatabase.run { test in
            let admin: UUID = try test.database(as: .superuser).one(
                "insert into users (username, role) values ('the_admin', 'admin') returning id")
            let stage = CatalogStage(test: test, admin: admin)
            try body(stage)
            #expect(try CreditDrift.find(in: stage.jobs).isEmpty)
        }
    }

    func member(_ name: String) throws -> UUID {
        try superuser.one("insert into users (username) values (\(name)) returning id")
    }

    func model(_ slug: String) throws -> Model {
        try #require(try catalog.find(slug: slug))
    }

    /// The entries of the audit log about models, from the oldest.
    func audited(_ action: String) throws -> [String] {
        try superuser.query(
            """
            select concat_ws(' ', before::text, after::text)
            from audit_log
            where action = \(action) and actor_id is not distinct from \(admin)
            order by id
            """)
    }
}

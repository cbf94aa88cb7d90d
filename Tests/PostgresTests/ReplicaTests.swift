import Platform
import TestSupport
import Testing

@testable import Postgres

/// Which reads come from a copy of the database, and that all others come from the primary. The copy is the same database
/// under another name of the program, in sessions that refuse to write.
@Suite("Reads from a replica", .requiresPostgres)
struct ReplicaTests {
    private struct Rig {
        let database: Database

        /// Where a read of this database comes from.
        func source() throws -> String { try database.one("select current_setting('application_name')") }
    }

    private func withReplica(_ body: (Rig) throws -> Void) throws {
        try TestDatabase.run(migrated: false) { test throws in
            let primary = test.options(as: .superuser)
            var copy = primary
            copy.connectionString += " options='-c default_transaction_read_only=on'"
            let replica = Replica(copy)
            let database = Database(primary, replica: replica)
            defer { database.close() }
            try replica.start(following: database)
            defer { replica.stop() }
            let rig = Rig(database: database)
            #expect(try eventually { try StaleReads.allow { try rig.source() }.hasSuffix("replica") })
            try body(rig)
        }
    }

    @Test("OPS-07 only where a moment's age is allowed, and never in a transaction")
    func allowed() throws {
        try withReplica { rig throws in
            #expect(try rig.source() == rig.database.options.applicationName)
            let inside = try StaleReads.allow {
                try rig.database.transaction {
                    try $0.one("select current_setting('application_name')", as: String.self)
                }
            }
            #expect(inside == rig.database.options.applicationName)
            #expect(try rig.source() == rig.database.options.applicationName)
        }
    }

    @Test("OPS-07 what would write is done by the primary, and an error of the statement is the statement's")
    func writing() throws {
        try withReplica { rig throws in
            try rig.database.execute("create sequence numbers")
            let number = try StaleReads.allow { try rig.database.one("select nextval('numbers')", as: Int.self) }
            #expect(number == 1)
            let fault = databaseError {
                try StaleReads.allow { try rig.database.one("select 1 / 0", as: Int.self) }
            }
            #expect(fault?.sqlstate == "22012")
        }
    }

    @Test("OPS-07 after a change nothing is read there before the copy is known to have it")
    func changes() throws {
        try TestDatabase.run(migrated: false) { test throws in
            let replica = Replica(test.options(as: .superuser))
            let primary = Database(test.options(as: .superuser))
            let read: () throws -> Int? = {
                try StaleReads.allow {
                    try replica.read { connection throws(DatabaseError) in try connection.one("select 1", as: Int.self)
                    }
                }
            }
            #expect(try read() == nil)
            try replica.start(following: primary)
            defer { replica.stop() }
            #expect(try eventually { try read() == 1 })
            // The primary is not there to say how far the copy must be now.
            primary.close()
            replica.noteChange()
            #expect(try read() == nil)
        }
    }
}

import Postgres
import TestSupport
import Testing

/// Whether prepared statements are kept, bounded, and prepared again when the server has dropped them.
@Suite("Statement cache", .requiresPostgres)
struct StatementCacheTests {
    private func withDatabase(
        cache: Int = 256, prepared: Bool = true, _ body: (Database) throws -> Void
    ) throws {
        try TestDatabase.run(migrated: false) { test throws in
            var options = test.options(as: .superuser)
            options.statementCacheSize = cache
            options.preparedStatements = prepared
            try body(Database(options))
        }
    }

    private let count: SQL = "select count(*) from pg_prepared_statements"

    @Test("a statement is prepared once and used again")
    func prepares() throws {
        try withDatabase { database throws in
            try database.withConnection { connection throws in
                for number in 1...10 { #expect(try connection.one("select \(number) + 1") == number + 1) }
                #expect(connection.preparedStatementCount == 1)
                // The same text with a value of another type is another statement.
                #expect(try connection.one("select \(Int32(1)) + 1") == Int32(2))
                #expect(connection.preparedStatementCount == 2)
            }
        }
    }

    @Test("the server forgets the statements used least")
    func bounded() throws {
        try withDatabase(cache: 4) { database throws in
            try database.withConnection { connection throws in
                for number in 1...20 {
                    #expect(try connection.one(SQL(stringLiteral: "select \(number)")) == number)
                    #expect(try connection.one("select 'kept'") == "kept")
                    _ = try connection.pipeline(
                        settings: ["a.b": "c"], SQL(stringLiteral: "select -\(number)"), as: Int.self)
                }
                #expect(connection.preparedStatementCount <= 4)
                let kept: SQL = "select exists (select from pg_prepared_statements where statement = 'select ''kept''')"
                #expect(try connection.one(kept))
                #expect(try connection.one(count, as: Int.self) <= 4)
            }
        }
    }

    @Test("a table that changes its shape breaks no statement, outside or inside a transaction")
    func stalePlans() throws {
        try withDatabase { database throws in
            try database.execute("create table shapes (a int)")
            try database.execute("insert into shapes values (1)")
            let other = Database(database.options)
            #expect(try database.one("select * from shapes", as: Row.self).columns == ["a"])
            try other.execute("alter table shapes add column b int")
            #expect(try database.one("select * from shapes", as: Row.self).columns == ["a", "b"])
            try other.execute("alter table shapes rename column b to c")
            #expect(try database.one("select * from shapes", as: Row.self).columns == ["a", "c"])
            try other.execute("alter table shapes add column d int")
            let columns = try database.transaction { connection throws in
                try connection.execute("select 1")
                return try connection.one("select * from shapes", as: Row.self).columns
            }
            #expect(columns == ["a", "c", "d"])
            #expect(database.statistics.open == 1)
        }
    }

    @Test("statements that the session lost are prepared again")
    func lostStatements() throws {
        try withDatabase { database throws in
            #expect(try database.one("select \(1)") == 1)
            try database.withConnection { try $0.script("deallocate all") }
            #expect(try database.one("select \(2)") == 2)
            try database.withConnection { try $0.script("deallocate all") }
            #expect(try database.pipeline(settings: ["a.b": "c"], "select \(3)", as: Int.self) == [3])
        }
    }

    @Test("switched off, nothing is prepared and nothing is left in the session")
    func switchedOff() throws {
        try withDatabase(prepared: false) { database throws in
            try database.withConnection { connection throws in
                for number in 1...3 { #expect(try connection.one("select \(number)") == number) }
                #expect(try connection.one(count) == 0)
                #expect(connection.preparedStatementCount == 0)
                #expect(try connection.one("select current_setting('statement_timeout')::interval") == safetyLimit)
            }
            try database.transaction { connection throws in
                #expect(try connection.one("select current_setting('statement_timeout')::interval") == safetyLimit)
                #expect(try connection.one("show timezone") == "UTC")
            }
        }
    }
}

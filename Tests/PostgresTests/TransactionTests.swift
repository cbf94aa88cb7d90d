import FoundationEssentials
import Logging
import Platform
import Postgres
import TestSupport
import Testing

private struct Stop: Error {}

/// Whether transactions keep their promises, with conflicts that two connections really have.
@Suite("Transactions", .requiresPostgres)
struct TransactionTests {
    private func withAccounts(_ body: (Database) throws -> Void) throws {
        try TestDatabase.run(migrated: false) { test throws in
            let database = test.database(as: .superuser)
            try database.withConnection {
                try $0.script(
                    """
                    create table accounts (id int primary key, balance int not null check (balance >= 0));
                    insert into accounts values (1, 100), (2, 100);
                    """)
            }
            try body(database)
        }
    }

    private func balance(_ id: Int, _ database: Database) throws -> Int {
        try database.one("select balance from accounts where id = \(id)")
    }

    @Test("what returns is committed, what throws is rolled back")
    func commitsAndRollsBack() throws {
        try withAccounts { database throws in
            try database.transaction { connection throws in
                #expect(connection.isInTransaction)
                try connection.execute("update accounts set balance = 1 where id = 1")
            }
            #expect(try balance(1, database) == 1)
            let thrown = fault {
                try database.transaction { connection throws in
                    try connection.execute("update accounts set balance = 2 where id = 1")
                    throw Stop()
                }
            }
            #expect(thrown is Stop)
            #expect(try balance(1, database) == 1)
            #expect(database.statistics == PoolStatistics(open: 1, idle: 1, waiting: 0, maximum: 16))
        }
    }

    @Test("a transaction without a statement costs nothing and does nothing")
    func emptyTransaction() throws {
        try withAccounts { database throws in
            #expect(try database.transaction { _ in 7 } == 7)
            #expect(try database.transaction { try $0.one("select 8", as: Int.self) } == 8)
        }
    }

    @Test("two serializable transactions that cross are both right in the end")
    func retriesSerializationFailure() throws {
        try withAccounts { database throws in
            let attempts = Monitor(0)
            let bothRead = Monitor(0)
            // Each reads the other's account before either writes: one of them must fail at first.
            try concurrently(2) { index in
                try database.transaction(isolation: .serializable) { connection throws in
                    attempts.update { $0 += 1 }
                    let other = try connection.one(
                        "select balance from accounts where id = \(2 - index)", as: Int.self)
                    bothRead.update { $0 += 1 }
                    _ = bothRead.wait(until: .now + safetyLimit) { $0 >= 2 ? true : nil }
                    try connection.execute("update accounts set balance = \(other + 1) where id = \(index + 1)")
                }
            }
            #expect(attempts.withLock { $0 } >= 3)
            let balances = try [balance(1, database), balance(2, database)]
            // In one order or the other, never both from the old state.
            #expect(balances.sorted() == [101, 102])
        }
    }

    @Test("a deadlock is broken and both transactions take place")
    func retriesDeadlock() throws {
        try withAccounts { database throws in
            let attempts = Monitor(0)
            let bothHold = Monitor(0)
            try concurrently(2) { index in
                try database.transaction(settings: ["deadlock_timeout": "20ms"]) { connection throws in
                    attempts.update { $0 += 1 }
                    try connection.execute("update accounts set balance = balance + 1 where id = \(index + 1)")
                    bothHold.update { $0 += 1 }
                    _ = bothHold.wait(until: .now + safetyLimit) { $0 >= 2 ? true : nil }
                    try connection.execute("update accounts set balance = balance + 1 where id = \(2 - index)")
                }
            }
            // On a busy machine both may be victims of the deadlock, so it is not always one attempt more.
            #expect(attempts.withLock { $0 } >= 3)
            #expect(try balance(1, database) == 102)
            #expect(try balance(2, database) == 102)
        }
    }

    @Test("a conflict that does not end is reported after the attempts allowed, each of which is logged")
    func givesUp() throws {
        try withAccounts { database throws in
            let attempts = Monitor(0)
            let lines = Monitor<[LogEntry]>([])
            var options = database.options
            options.log = Log { entry in lines.update { $0.append(entry) } }
            let logged = Database(options)
            let error = databaseError {
                try logged.transaction { connection throws in
                    attempts.update { $0 += 1 }
                    try connection.execute("do $$ begin raise sqlstate '40001'; end $$")
                }
            }
            #expect(error == .serialization(sqlstate: "40001"))
            #expect(attempts.withLock { $0 } == 5)
            #expect(lines.withLock { $0.map(\.fields["attempt"]) } == [1, 2, 3, 4])
        }
    }

    @Test("a single statement that meets a conflict is repeated too")
    func retriesSingleStatement() throws {
        try withAccounts { database throws in
            try database.execute("create sequence tries")
            try database.withConnection {
                try $0.script(
                    """
                    create function fails_twice() returns bigint language plpgsql as $$
                    declare try bigint := nextval('tries');
                    begin
                        if try < 3 then raise sqlstate '40P01'; end if;
                        return try;
                    end $$
                    """)
            }
            #expect(try database.one("select fails_twice()") == 3)
        }
    }

    @Test("an error that the body swallows does not pass for a commit")
    func noticesFailedTransaction() throws {
        try withAccounts { database throws in
            let error = databaseError {
                try database.transaction { connection throws in
                    try connection.execute("update accounts set balance = 5 where id = 1")
                    _ = try? connection.execute("select 1 / 0")
                }
            }
            #expect(error?.sqlstate == "25P02")
            #expect(try balance(1, database) == 100)
        }
    }

    @Test("a savepoint undoes its own work only")
    func savepoints() throws {
        try withAccounts { database throws in
            try database.transaction { connection throws in
                try connection.execute("update accounts set balance = 7 where id = 1")
                let error = databaseError {
                    try connection.savepoint { connection throws in
                        try connection.execute("update accounts set balance = 8 where id = 2")
                        try connection.execute("update accounts set balance = -1 where id = 2")
                    }
                }
                #expect(error?.violates("accounts_balance_check") == true)
                try connection.savepoint { try $0.execute("update accounts set balance = 9 where id = 2") }
            }
            #expect(try balance(1, database) == 7)
            #expect(try balance(2, database) == 9)
        }
    }

    @Test("settings hold for their transaction or pipeline and not a moment longer")
    func settingsAreLocal() throws {
        try withAccounts { database throws in
            let ask: SQL = "select coalesce(current_setting('dailies.user_id', true), '')"
            #expect(try database.pipeline(settings: ["dailies.user_id": "a'b"], ask, as: String.self) == ["a'b"])
            #expect(try database.one(ask) == "")
            try database.transaction(settings: ["dailies.user_id": "7", "work_mem": "8MB"]) { connection throws in
                #expect(try connection.one(ask) == "7")
                #expect(try connection.one("show work_mem") == "8MB")
            }
            #expect(try database.one(ask) == "")
            // A failed pipeline leaves neither its write nor its setting, and the connection stays good.
            let error = databaseError {
                try database.pipeline(
                    settings: ["dailies.user_id": "7"],
                    "with changed as (update accounts set balance = 1 returning id) select id / 0 from changed",
                    as: Int.self)
            }
            #expect(error?.sqlstate == "22012")
            #expect(try balance(1, database) == 100)
            #expect(try database.one(ask) == "")
            #expect(database.statistics.open == 1)
        }
    }

    @Test("SEC-03 a user's statement runs with the user's id, returns how many rows it changed and leaves no trace")
    func actingExecutes() throws {
        try withAccounts { database throws in
            let user = UUID()
            let ask: SQL = "coalesce(current_setting('dailies.user_id', true), '')"
            let change: SQL = "update accounts set balance = length(\(sql: ask))"
            #expect(try database.acting(for: user).execute(change) == 2)
            #expect(try balance(1, database) == 36)
            #expect(try database.acting(for: nil).execute(change + " where id = 1") == 1)
            #expect(try balance(1, database) == 0)
            let error = databaseError {
                try database.acting(for: user).execute("insert into accounts values (1, 5)")
            }
            #expect(error?.violates("accounts_pkey") == true)
            #expect(try database.one("select \(sql: ask)") == "")
            #expect(database.statistics.open == 1)
        }
    }

    @Test("transactions are refused inside of one")
    func refusesNesting() throws {
        try withAccounts { database throws in
            let error = databaseError {
                try database.transaction { connection in try connection.transaction { _ in } }
            }
            #expect(error?.sqlstate == "25001")
        }
    }

    @Test("a constraint's violation names the constraint and the table")
    func namesConstraints() throws {
        try withAccounts { database throws in
            #expect(
                databaseError { try database.execute("insert into accounts values (1, 5)") }
                    == .constraint(name: "accounts_pkey", sqlstate: "23505", table: "accounts"))
            #expect(
                databaseError { try database.execute("update accounts set balance = -1") }
                    == .constraint(name: "accounts_balance_check", sqlstate: "23514", table: "accounts"))
            #expect(
                databaseError { try database.execute("insert into accounts values (3, null)") }
                    == .constraint(name: "accounts_balance_not_null", sqlstate: "23502", table: "accounts"))
        }
    }

    @Test("a description is safe to show, a debug description has every detail")
    func describesErrors() throws {
        try withAccounts { database throws in
            let error = databaseError {
                try database.execute("select 'private' from accounts where id = \("sensitive")::text::int")
            }
            #expect(error?.description == "database error 22P02")
            #expect(error?.debugDescription.contains("invalid input syntax") == true)
            #expect(error?.debugDescription.contains("statement: select 'private'") == true)
        }
    }
}

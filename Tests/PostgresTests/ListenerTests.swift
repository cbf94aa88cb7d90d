import Platform
import Postgres
import TestSupport
import Testing

/// What a listener told its owner.
private final class Diary: Sendable {
    let received = Monitor<[Postgres.Notification]>([])
    let losses = Monitor(0)

    func listener(_ options: DatabaseOptions, _ channels: [String]) -> Listener {
        Listener(options, channels: channels) { [received] notification in
            received.update { $0.append(notification) }
        } onLoss: { [losses] in
            losses.update { $0 += 1 }
        }
    }

    func waitForLosses(_ count: Int) -> Bool {
        losses.wait(until: .now + safetyLimit) { $0 >= count ? true : nil } ?? false
    }

    func waitForNotifications(_ count: Int) -> [Postgres.Notification]? {
        received.wait(until: .now + safetyLimit) { $0.count >= count ? $0 : nil }
    }
}

/// Whether notifications arrive, and whether losing the connection is noticed and mended.
@Suite("Listener", .requiresPostgres)
struct ListenerTests {
    @Test("notifications of its channels arrive in order, others do not")
    func delivery() throws {
        try TestDatabase.run(migrated: false) { test throws in
            let diary = Diary()
            let listener = diary.listener(test.options(as: .superuser), ["dailies", "odd \"name\""])
            listener.start()
            defer { listener.stop() }
            #expect(diary.waitForLosses(1))
            #expect(listener.isListening)
            let database = test.database(as: .superuser)
            try database.execute("select pg_notify('elsewhere', 'no')")
            try database.transaction { connection throws in
                try connection.execute("select pg_notify('dailies', \("first"))")
                try connection.execute("select pg_notify('odd \"name\"', '')")
            }
            try database.execute("select pg_notify('dailies', 'last')")
            let received = diary.waitForNotifications(3)
            #expect(received?.map(\.channel) == ["dailies", "odd \"name\"", "dailies"])
            #expect(received?.map(\.payload) == ["first", "", "last"])
        }
    }

    @Test("a listener whose server process dies connects again and says that it may have missed something")
    func reconnects() throws {
        try TestDatabase.run(migrated: false) { test throws in
            let diary = Diary()
            let listener = diary.listener(test.options(as: .superuser), ["dailies"])
            listener.start()
            defer { listener.stop() }
            let database = test.database(as: .superuser)
            for round in 1...3 {
                #expect(diary.waitForLosses(round))
                try database.execute(
                    """
                    select pg_terminate_backend(pid, 5000) from pg_stat_activity
                    where application_name like '% listener' and datname = current_database()
                    """)
            }
            #expect(diary.waitForLosses(4))
            try database.execute("select pg_notify('dailies', 'again')")
            #expect(diary.waitForNotifications(1)?.map(\.payload) == ["again"])
        }
    }

    @Test("it stops, while it listens and while there is nothing to connect to")
    func stops() throws {
        try TestDatabase.run(migrated: false) { test throws in
            let diary = Diary()
            let listener = diary.listener(test.options(as: .superuser), ["dailies"])
            listener.start()
            listener.start()
            #expect(diary.waitForLosses(1))
            listener.stop()
            listener.stop()
            #expect(!listener.isListening)
            let left: SQL =
                """
                select count(*) from pg_stat_activity
                where application_name like '% listener' and datname = current_database()
                """
            #expect(try eventually { try test.database(as: .superuser).one(left) == 0 })
        }
        let diary = Diary()
        let nowhere = diary.listener(DatabaseOptions(connectionString: "host=/nonexistent"), ["dailies"])
        nowhere.start()
        // It returns although no attempt to connect ever succeeds.
        nowhere.stop()
        #expect(diary.losses.withLock { $0 } == 0)
    }
}

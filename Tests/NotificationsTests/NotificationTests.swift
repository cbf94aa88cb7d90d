import FoundationEssentials
import Notifications
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite("What members are notified of", .requiresPostgres)
struct NotificationTests {
    @Test(
        "NOTE-01 each event is written once, no one learns of what they did, and the page's event and caches are told")
    func once() throws {
        try NotificationStage.run { stage in
            let (mira, nova) = (try stage.member("mira"), try stage.member("nova"))
            for _ in 1...2 {
                try stage.notify(
                    mira, .comment, "c1", facts: #"{"title": "Fog", "text": "Lovely <b>", "path": "/clip/1"}"#,
                    actor: nova)
            }
            try stage.notify(mira, .follower, "f1", actor: mira)
            let page = try stage.notifications.list(of: mira, PageRequest(limit: 9))
            let news = try #require(page.items.first)
            #expect(page.items.count == 1 && news.words.title == "@nova commented on “Fog”")
            #expect(news.words.text == "Lovely <b>" && news.words.path == "/clip/1" && !news.isRead)
            #expect(try stage.notifications.unread.count(of: mira) == 1)
            #expect(try stage.titles(nova).isEmpty)
            let events: [String] = try stage.jobs.query(
                "select payload ->> 'channel' from jobs where kind = 'publish'")
            #expect(events == ["user:" + mira.uuidString.lowercased()])
            // A member who is gone, or never was, is no reason to fail.
            try stage.notify(UUID(), .system, "x")
            try stage.superuser.execute("delete from users where id = \(nova)")
            #expect(try stage.titles(mira) == ["Someone commented on “Fog”"])
        }
    }

    @Test("NOTE-01 news for everybody is one row; each member reads it alone; who joined later never sees it")
    func everybody() throws {
        try NotificationStage.run { stage in
            let (mira, nova) = (try stage.member("mira"), try stage.member("nova"))
            for slot in [4, 5] {
                for _ in 1...2 {
                    try stage.notifyEverybody(
                        .newRound, "s/\(slot)", facts: #"{"name": "Season 3", "slot": \#(slot), "clips": 2}"#)
                }
            }
            try stage.notifyEverybody(.system, "a", facts: #"{"title": "Maintenance", "path": "//evil.example"}"#)
            try stage.test.advanceClock(by: .seconds(60))
            let late: UUID = try stage.superuser.one(
                "insert into users (username, created_at) values ('late', dailies_now()) returning id")
            // The news of a round goes when the next one opens.
            #expect(try stage.count("notifications") == 2)
            let page = try stage.notifications.list(of: mira, PageRequest(limit: 9))
            #expect(page.items.map(\.words.title) == ["Maintenance", "A new round is open"])
            #expect(page.items.last?.words.text.hasPrefix("Slot 5 of Season 3: 2 ") == true)
            #expect(page.items.map(\.words.path) == ["/notifications", "/dashboard"])
            #expect(page.items.allSatisfy { $0.isForEverybody && !$0.isRead })
            #expect(try stage.titles(late).isEmpty)
            let ids = page.items.map { Int($0.id) }
            // The older one of the two alone, then everything.
            #expect(try stage.notifications.markRead([ids[1]], of: mira) == 1)
            #expect(try stage.notifications.markRead([ids[1]], of: mira) == 1)
            #expect(try stage.titles(mira, onlyUnread: true) == ["Maintenance"])
            #expect(try stage.notifications.markRead(until: ids[0], of: mira) == 0)
            #expect(try stage.notifications.unread.count(of: mira) == 0)
            #expect(try stage.notifications.unread.count(of: nova) == 2)
            #expect(try stage.count("notification_marks") == 1)
            try stage.notifyEverybody(.system, "b")
            #expect(try stage.titles(mira, onlyUnread: true) == ["News of this site"])
        }
    }

    @Test("NOTE-01 pages follow each other without gaps; a hundred unread are said as that")
    func pages() throws {
        try NotificationStage.run { stage in
            let mira = try stage.member("mira")
            try stage.jobs.execute(
                """
                select notify_member(\(mira), 'comment', 'k' || number, jsonb_build_object('title', number))
                from generate_series(1, 120) number
                """)
            try stage.notifyEverybody(.system, "a")
            var seen: [Int64] = []
            var cursor: String?
            repeat {
                let page = try stage.notifications.list(of: mira, PageRequest(limit: 50, cursor: cursor))
                seen += page.items.map(\.id)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(seen.count == 121 && seen == seen.sorted(by: >))
            #expect(try stage.notifications.unread.count(of: mira) == 100)
            let half = Int(seen[60])
            #expect(try stage.notifications.markRead(until: half, of: mira) == 60)
            // Another member's are not there to be read.
            let nova = try stage.member("nova")
            #expect(try stage.notifications.markRead(seen.prefix(5).map { Int($0) }, of: nova) == 0)
            #expect(try stage.notifications.unread.count(of: mira) == 60)
        }
    }

    @Test("NOTE-01 a page of a member without news costs no query, whatever happens to others")
    func noQuery() throws {
        try NotificationStage.run { stage in
            let (mira, nova) = (try stage.member("mira"), try stage.member("nova"))
            let asked = Mutex(0)
            let counts = UnreadCounts { member in
                asked.withLock { $0 += 1 }
                return try stage.web.one("select count_unread(\(member))")
            }
            for _ in 1...50 { #expect(try counts.count(of: mira) == 0) }
            #expect(asked.withLock(\.self) == 1)
            counts.forget("user:" + nova.uuidString.lowercased())
            #expect(try counts.count(of: mira) == 0 && asked.withLock(\.self) == 1)
            try stage.notify(mira)
            counts.forget("user:" + mira.uuidString.lowercased())
            for _ in 1...50 { #expect(try counts.count(of: mira) == 1) }
            #expect(asked.withLock(\.self) == 2)
            counts.forget("all")
            #expect(try counts.count(of: mira) == 1 && asked.withLock(\.self) == 3)
            // Another process has made this one, and its announcement is still on its way.
            try stage.notify(mira)
            #expect(try counts.count(of: mira) == 1)
            #expect(try counts.currentCount(of: mira) == 2)
            #expect(try counts.count(of: mira) == 2 && asked.withLock(\.self) == 4)
        }
    }

    @Test("NOTE-01 what was read before an announcement is not kept after it; a full cache forgets the oldest")
    func staleReads() throws {
        let counts = Mutex<UnreadCounts?>(nil)
        let value = Mutex(1)
        let member = UUID()
        let cache = UnreadCounts(capacity: 4) { asked in
            if asked == member, value.withLock(\.self) == 1 {
                // The announcement arrives while this is being read.
                value.withLock { $0 = 2 }
                counts.withLock { $0 }?.forget(member)
                return 1
            }
            return value.withLock(\.self)
        }
        counts.withLock { $0 = cache }
        #expect(try cache.count(of: member) == 1)
        #expect(try cache.count(of: member) == 2)
        for _ in 1...6 { _ = try cache.count(of: UUID()) }
        value.withLock { $0 = 3 }
        #expect(try cache.count(of: member) == 3)
    }

    @Test("NOTE-01 NOTE-02 a kind that is not wanted is neither listed nor counted; one for push alone is not listed")
    func choices() throws {
        try NotificationStage.run { stage in
            let mira = try stage.member("mira")
            #expect(try stage.notifications.choices(of: mira).allSatisfy { $0.isInApp && !$0.isPushed && !$0.isMailed })
            let all = NotificationKind.allCases
            try stage.notifications.choose(
                inApp: all.filter { ![.comment, .follower, .system].contains($0) }, push: [.follower], email: nil,
                for: mira)
            try stage.notify(mira, .comment)
            try stage.notify(mira, .follower)
            try stage.notify(mira, .dailyGoal)
            try stage.notifyEverybody(.system, "a")
            #expect(try stage.titles(mira) == ["You reached the daily goal"])
            #expect(try stage.notifications.unread.count(of: mira) == 1)
            // The comment was not written; the follower waits for a browser.
            #expect(try stage.count("notifications") == 3)
            try stage.notifications.choose(inApp: nil, push: [], email: [.clipWon], for: mira)
            let choices = try stage.notifications.choices(of: mira)
            #expect(choices.filter(\.isMailed).map(\.kind) == [.clipWon] && choices.filter(\.isPushed).isEmpty)
            #expect(choices.filter { !$0.isInApp }.map(\.kind) == [.comment, .follower, .system])
        }
    }

    @Test("NOTE-01 half-year-old notifications go, in batches")
    func sweep() throws {
        try NotificationStage.run { stage in
            let mira = try stage.member("mira")
            for number in 1...5 { try stage.notify(mira, .comment, "\(number)") }
            try stage.test.advanceClock(by: .seconds(181 * 86_400))
            try stage.notify(mira, .comment, "new")
            #expect(try Notifications.sweep(batch: 3, in: stage.jobs) == 3)
            #expect(try Notifications.sweep(batch: 3, in: stage.jobs) == 2)
            #expect(try Notifications.sweep(batch: 3, in: stage.jobs) == 0)
            #expect(try stage.titles(mira).count == 1)
        }
    }

    @Test(
        "NOTE-01 every kind is a sentence, with facts and without, and leads to a page of this site",
        arguments: NotificationKind.allCases)
    func words(kind: NotificationKind) {
        for facts in [
            "{}", #"{"title": 7, "path": "https://evil.example", "slot": "x"}"#, "[]",
            #"{"title": "Fog", "reason": "Too dark.", "name": "Season 3", "text": "Hello.", "slot": 3, "path": "/clip/x#y"}"#,
        ] {
            let words = NotificationWords(kind, facts: JSONText(facts), actor: "nova")
            #expect(!words.title.isEmpty && !words.title.contains("nil") && words.path.hasPrefix("/"))
            #expect(!words.title.hasSuffix(".") && !words.title.contains("  ") && !words.text.contains("  "))
            #expect(facts.contains("clip") ? words.path == "/clip/x#y" : !words.path.contains("evil"))
        }
        for path in ["//x", "x", "/\\x", "/a b", "/\u{e9}", "/" + String(repeating: "x", count: 500)] {
            #expect(!NotificationWords.isPath(path))
        }
        #expect(!kind.occasion.isEmpty)
    }
}

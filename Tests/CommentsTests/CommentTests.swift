import Comments
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("Comments in the database", .requiresPostgres)
struct CommentTests {
    @Test("CMT-02 CMT-04 counts are the sums after random changes, and what differs is found and repaired")
    func counts() throws {
        try CommentStage.run { it in
            let people = try (1...4).map { try it.member("person_\($0)") }
            let admin = try it.member("an_admin", isAdmin: true)
            let oversight = CommentOversight(database: it.web)
            var random = SplitMix(seed: 45)
            var known: [(id: UUID, author: UUID, isReply: Bool)] = []
            var decisions: [UUID] = []
            for step in 0..<160 {
                let author = people[Int.random(in: 0..<4, using: &random)]
                let chosen = known.randomElement(using: &random)
                switch (Int.random(in: 0..<8, using: &random), chosen) {
                case (0, _), (_, nil):
                    known.append((try it.post("Number \(step)", by: author), author, false))
                case (1, let parent?) where !parent.isReply:
                    if let id = try? it.post("Reply \(step)", by: author, answering: parent.id) {
                        known.append((id, author, true))
                    }
                case (2, let comment?): _ = try? it.comments.like(comment.id, wish: true, by: author)
                case (3, let comment?): _ = try? it.comments.like(comment.id, wish: false, by: author)
                case (4, let comment?):
                    _ = try? it.comments.delete(comment.id, wish: step.isMultiple(of: 2), by: comment.author)
                case (5, let comment?):
                    let action = CommentAction.allCases[step % CommentAction.allCases.count]
                    decisions += try oversight.decide(
                        action, on: [comment.id], rule: "spam", reason: "A test", by: admin
                    ).map(\.decisionID)
                case (6, _): if !decisions.isEmpty { _ = try oversight.undo([decisions.removeLast()], by: admin) }
                default:
                    if step == 120 { _ = try it.root.execute("select delete_member(\(people[3]), false)") }
                }
            }
            let jobs = it.database.database(as: .jobs)
            #expect(try Comments.drift(in: jobs).isEmpty)
            let total = try it.comments.list(of: .clip(it.clip), .newest, PageRequest(limit: 1), for: nil).total
            let visible: Int = try it.root.one("select count(*)::int from comments where is_visible")
            #expect(total == visible && visible > 5)
            #expect(try it.comments.counts(of: [it.clip, UUID()]) == [it.clip: visible])
            try it.root.execute("update comment_counts set visible = visible + 3")
            #expect(try Comments.repair(in: jobs).map(\.found) == [visible + 3])
            #expect(try Comments.drift(in: jobs).isEmpty)
        }
    }

    @Test("CMT-02 likes of one member from several tabs at once count once; different members count each")
    func likesAtOnce() throws {
        try CommentStage.run { it in
            let author = try it.member("author")
            let fans = try (1...4).map { try it.member("fan_\($0)") }
            let id = try it.post("Look", by: author)
            let comments = it.comments
            try concurrently(12) { _ = try comments.like(id, wish: true, by: fans[$0 % 4]) }
            let listed = try it.comments.list(of: .clip(it.clip), .newest, PageRequest(), for: fans[0]).comments
            #expect(listed.first?.likes == 4 && listed.first?.isLiked == true)
            try concurrently(8) { _ = try comments.like(id, wish: false, by: fans[$0 % 2]) }
            #expect(try it.comments.like(id, wish: false, by: fans[2]) == 1)
        }
    }

    @Test("CMT-01 comments that come at once on one clip are each stored once, with one notification to its creator")
    func postedAtOnce() throws {
        try CommentStage.run { it in
            let people = try (1...8).map { try it.member("person_\($0)") }
            let comments = it.comments
            let clip = it.clip
            try concurrently(32) {
                _ = try comments.post("Number \($0)", on: .clip(clip), answering: nil, by: (people[$0 % 8], nil))
            }
            let texts = try it.texts()
            #expect(Set(texts) == Set((0..<32).map { "Number \($0)" }) && texts.count == 32)
            #expect(try Comments.drift(in: it.database.database(as: .jobs)).isEmpty)
            let notes: Int = try it.root.one(
                "select count(*)::int from notifications where user_id = \(it.creator) and kind = 'comment'")
            #expect(notes == 1)
        }
    }

    @Test(
        "NOTE-01 CMT-05 creators and those who are answered are notified, never of themselves or of whom they blocked")
    func notifications() throws {
        try CommentStage.run { it in
            let mira = try it.member("mira")
            let nova = try it.member("nova")
            let blocks = Blocks(database: it.web)
            func notes(_ member: UUID) throws -> [String] {
                try it.root.query(
                    """
                    select coalesce(actors.username, '?') || ' ' || (facts ->> 'title') || ' '
                        || coalesce(facts ->> 'reply', 'false')
                    from notifications
                    left join users actors on actors.id = actor_user_id
                    where user_id = \(member)
                    order by notifications.id
                    """)
            }
            try it.post("My own", by: it.creator)
            #expect(try notes(it.creator).isEmpty)
            try blocks.set(nova, wish: true, by: it.creator)
            try it.post("From one who is blocked", by: nova)
            #expect(try notes(it.creator).isEmpty)
            let first = try it.post("The first", by: mira)
            try it.post("The second, while the first is unread", by: mira)
            #expect(try notes(it.creator) == ["mira Rain false"])
            try it.root.execute("update notifications set read_at = now()")
            try it.post("After that was read", by: mira)
            #expect(try notes(it.creator).count == 2)
            try it.post("@mira Thanks", by: it.creator, answering: first)
            try it.post("I agree", by: nova, answering: first)
            #expect(try notes(mira) == ["creator Rain true", "nova Rain true"])
            let said = try it.post("Fog", by: mira, on: .comparison(it.comparison))
            try it.post("Yes", by: nova, answering: said, on: .comparison(it.comparison))
            #expect(try notes(mira).last == "nova Fog true")
        }
    }

    @Test(
        "NOTE-01 CMT-05 one notification of a clip until it is read on the site, or one an hour where it is never listed",
        arguments: ["in_app", "push", "email"])
    func waits(way: String) throws {
        try CommentStage.run { it in
            let mira = try it.member("mira")
            try it.root.execute(
                """
                insert into notification_choices (user_id, kind, in_app, push, email)
                values (\(it.creator), 'comment', \(way == "in_app"), \(way == "push"), \(way == "email"))
                """)
            func count() throws -> Int {
                try it.root.one("select count(*)::int from notifications where user_id = \(it.creator)")
            }
            try it.post("The first", by: mira)
            try it.post("At once after it", by: mira)
            #expect(try count() == 1)
            try it.database.advanceClock(by: .seconds(86_400))
            try it.post("A day later", by: mira)
            #expect(try count() == (way == "in_app" ? 1 : 2))
            // All that is listed is read: what is mailed alone stays for the mail.
            _ = try it.web.one("select mark_notifications(\(it.creator), '{}', 9223372036854775807)", as: Int.self)
            let left: Int = try it.root.one(
                "select count(*)::int from notifications where user_id = \(it.creator) and read_at is null")
            #expect(left == (way == "in_app" ? 0 : 2))
            try it.post("After that", by: mira)
            #expect(try count() == 2)
        }
    }

    @Test(
        "CMT-01 pages are keyset pages: nothing is skipped or doubled, by time and by likes, and replies come with them"
    )
    func pages() throws {
        try CommentStage.run { it in
            let people = try (1...3).map { try it.member("person_\($0)") }
            var ids: [UUID] = []
            for number in 0..<25 { ids.append(try it.post("Number \(number)", by: people[number % 3])) }
            for (number, id) in ids.enumerated() {
                for person in people.prefix(number % 4) { _ = try it.comments.like(id, wish: true, by: person) }
            }
            for number in 0..<7 { try it.post("Reply \(number)", by: people[0], answering: ids[24]) }
            for order in CommentOrder.allCases {
                var cursor: String?
                var pages: [CommentPage] = []
                repeat {
                    pages.append(
                        try it.comments.list(
                            of: .clip(it.clip), order, PageRequest(limit: 10, cursor: cursor), for: nil))
                    cursor = pages.last?.nextCursor
                    // What is written meanwhile moves no one's place.
                    if pages.count == 1 { try it.post("Late", by: people[1]) }
                } while cursor != nil
                let seen = pages.flatMap(\.comments)
                let numbered = seen.filter { $0.text.hasPrefix("Number") }
                #expect(numbered.count == 25 && Set(numbered.map(\.id)).count == 25)
                #expect(order == .newest || zip(numbered, numbered.dropFirst()).allSatisfy { $0.likes >= $1.likes })
                let answered = try #require(seen.first { $0.id == ids[24] })
                #expect(answered.replyCount == 7 && answered.replies.map(\.text) == (0..<5).map { "Reply \($0)" })
            }
            let first = try it.comments.list(
                of: .clip(it.clip), thread: ids[24], .newest, PageRequest(limit: 5), for: nil)
            #expect(first.comments.count == 5)
            let rest = try it.comments.list(
                of: .clip(it.clip), thread: ids[24], .newest, PageRequest(limit: 5, cursor: first.nextCursor), for: nil)
            #expect(rest.comments.map(\.text) == ["Reply 5", "Reply 6"] && rest.nextCursor == nil)
            #expect(throws: InvalidCursor.self) {
                try it.comments.list(
                    of: .clip(it.clip), .top, PageRequest(limit: 5, cursor: first.nextCursor), for: nil)
            }
        }
    }

    @Test(
        "CMT-01 SOC-03 the counts are those of the reader: nothing of whom the reader has blocked, nor replies to them")
    func countsOfReader() throws {
        try CommentStage.run { it in
            let (mira, nova, dana) = (try it.member("mira"), try it.member("nova"), try it.member("dana"))
            let theirs = try it.post("A thread", by: dana)
            try it.post("A reply", by: nova, answering: theirs)
            try it.post("Another reply", by: dana, answering: theirs)
            let hidden = try it.post("Of one who will be blocked", by: nova)
            try it.post("A reply that goes with it", by: dana, answering: hidden)
            try it.post("Own reply to oneself", by: nova, answering: hidden)
            func page(_ reader: UUID?) throws -> [Int] {
                let page = try it.comments.list(of: .clip(it.clip), .newest, PageRequest(limit: 50), for: reader)
                return [page.total] + page.comments.map(\.replyCount)
            }
            #expect(try page(mira) == [6, 2, 2])
            try Blocks(database: it.web).set(nova, wish: true, by: mira)
            #expect(try page(mira) == [2, 1])
            #expect(try page(dana) == [6, 2, 2] && page(nil) == [6, 2, 2])
            try it.post("Not for mira", by: nova)
            #expect(try page(mira) == [2, 1])
            try it.post("For everyone", by: dana)
            #expect(try page(mira) == [3, 0, 1])
        }
    }

    @Test("CMT-01 a page of many comments reads no more than the page: by the index, at any depth")
    func plans() throws {
        try CommentStage.run { it in
            try it.root.execute(
                """
                insert into comments (clip_id, user_id, text, created_at)
                select \(it.clip), \(it.creator), 'Number ' || number, now() - number * interval '1 second'
                from generate_series(1, 12000) number
                """)
            try it.root.execute("analyze comments")
            func buffers(_ arguments: SQL) throws -> Int {
                let call: SQL = "select * from list_comments(null, \(it.clip), null, null, \(sql: arguments), 21, 5)"
                // The plans of the function are made by its first calls.
                _ = try it.root.query(call, as: Row.self)
                let plan: [String] = try it.root.query("explain (analyze, buffers, costs off) \(sql: call)")
                let line = plan.first { $0.contains("Buffers: shared") } ?? ""
                return line.matches(of: /(?:hit|read)=(\d+)/).compactMap { Int($0.1) }.reduce(0, +)
            }
            let first = try buffers("false, null, null, null")
            let deep = try buffers("false, null, now() - interval '11900 seconds', null")
            let top = try buffers("true, 0, now() - interval '11900 seconds', null")
            // Reading all would be hundreds of pages of the table.
            #expect(first > 0 && first < 250 && deep < 250 && top < 250, "\(first), \(deep), \(top)")
        }
    }

    @Test("CMT-02 a deletion can be taken back for ten minutes; after 30 days the text is erased, the thread stays")
    func deletion() throws {
        try CommentStage.run { it in
            let mira = try it.member("mira")
            let nova = try it.member("nova")
            let parent = try it.post("The parent", by: mira)
            for number in 1...2 { try it.post("Reply \(number)", by: nova, answering: parent) }
            #expect(it.refusal { try it.comments.delete(parent, wish: true, by: nova) } == .notOwnComment)
            try it.comments.delete(parent, wish: true, by: mira)
            let blank = try #require(
                try it.comments.list(of: .clip(it.clip), .newest, PageRequest(), for: mira).comments.first)
            #expect(blank.text.isEmpty && blank.username == nil && blank.isGone && blank.replies.count == 2)
            #expect(it.refusal { try it.post("Too late", by: nova, answering: parent) } == .commentGone)
            try it.comments.delete(parent, wish: false, by: mira)
            #expect(try it.texts() == ["The parent"])
            try it.comments.delete(parent, wish: true, by: mira)
            try it.database.advanceClock(by: .seconds(601))
            #expect(it.refusal { try it.comments.delete(parent, wish: false, by: mira) } == .restoreTooLate)
            let jobs = it.database.database(as: .jobs)
            #expect(try Comments.sweep(in: jobs) == 0)
            try it.database.advanceClock(by: .seconds(31 * 86_400))
            #expect(try Comments.sweep(in: jobs) == 1)
            #expect(try it.root.one("select text from comments where id = \(parent)", as: String.self).isEmpty)
            #expect(try Comments.drift(in: jobs).isEmpty)
        }
    }
}

/// A small source of the same numbers each time.
private struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

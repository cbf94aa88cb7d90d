internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

/// Comments as clients see them: writing, reading, likes, blocks, reports and what admins decide.
@Suite("The routes of comments", .requiresPostgres)
struct CommentRoutesTests {
    private static let limits = ["RATE_LIMITS": Site.generousLimits + ",contact=100000,comment=100000"]

    /// A film with a clip in the race, its creator mira, and two members who comment.
    private struct Stage {
        let film: FilmSite
        let clip: String
        let nova: Visitor
        let ida: Visitor
        let root: Database

        var mira: Visitor { film.member }

        init(_ film: FilmSite) throws {
            self.film = film
            clip = try film.voting(["Rain"]).clips[0]
            nova = try film.site.visitor(address: "198.51.100.20").signIn("nova")
            ida = try film.site.visitor(address: "198.51.100.21").signIn("ida")
            root = film.site.database.database(as: .superuser)
            try film.site.acceptTerms()
        }

        func post(_ who: Visitor, _ text: String, _ parent: String? = nil) throws -> Answer {
            var body: [String: JSONValue] = ["clipId": .string(clip), "text": .string(text)]
            if let parent { body["parentId"] = .string(parent) }
            return try film.ask(who, .post, "/api/comments", .object(body))
        }

        func written(_ who: Visitor, _ text: String, _ parent: String? = nil) throws -> String {
            let answer = try post(who, text, parent)
            #expect(answer.status == 201, "\(answer.json)")
            return answer.json["id"]?.text ?? ""
        }

        func list(_ who: Visitor, _ more: String = "") throws -> JSONValue {
            try film.ask(who, .get, "/api/comments?clipId=\(clip)\(more)").json
        }

        func id(_ username: String) throws -> String {
            let id: UUID = try root.one("select id from users where username = \(username)")
            return id.uuidString.lowercased()
        }

        func field(_ answer: Answer) -> String? {
            answer.status == 422 ? answer.json["details"]?[0]?["field"]?.text ?? answer.code : answer.code
        }
    }

    private func waitFor(_ condition: () throws -> Bool) throws {
        #expect(try eventually { try condition() })
    }

    private func run(settings: [String: String] = limits, _ body: (Stage) throws -> Void) throws {
        try FilmSite.run(settings: settings) { try body(try Stage($0)) }
    }

    @Test("CMT-01 CMT-02 comments, replies and likes have the shapes of the contract; the feed counts them")
    func contract() throws {
        try run { it in
            let id = try it.written(it.nova, "I <3 <b>this</b>")
            let reply = try it.written(it.ida, "@nova So do I", id)
            let liked = try it.film.ask(it.ida, .patch, "/api/comments", ["commentId": .string(id), "like": true])
            #expect(liked.json == ["likes": 1, "liked": true])
            #expect(
                try it.film.ask(it.ida, .patch, "/api/comments", ["commentId": .string(id), "like": true]).json["likes"]
                    == 1)
            let list = try it.list(it.ida)
            let comment = list["comments"]?[0]
            #expect(list["total"] == 2 && list["nextCursor"] == .null)
            #expect(comment?["id"]?.text == id && comment?["username"] == "nova" && comment?["text"] == "I <3 this")
            #expect(comment?["likes"] == 1 && comment?["liked"] == true && comment?["isOwn"] == false)
            #expect(comment?["avatarUrl"]?.text?.hasPrefix("/api/avatar/") == true)
            #expect(comment?["replyCount"] == 1 && comment?["replies"]?[0]?["id"]?.text == reply)
            #expect(comment?["replies"]?[0]?["isOwn"] == true)
            #expect(try it.list(it.film.visitor)["comments"]?[0]?["liked"] == false)
            #expect(try it.film.ask(it.film.visitor, .get, "/api/clip/\(it.clip)").json["commentCount"] == 2)
            try waitFor {
                try it.film.site.visitor(address: "198.51.100.30").get("/api/vote").json["clips"]?[0]?["commentCount"]
                    == 2
            }
            #expect(
                try it.film.ask(it.ida, .patch, "/api/comments", ["commentId": .string(id), "like": false]).json[
                    "likes"] == 0)
            #expect(try it.list(it.nova, "&parentId=\(id)")["comments"]?[0]?["text"] == "@nova So do I")
        }
    }

    @Test("CMT-01 CMT-03 bad input is refused with its field, and 500 characters are stored")
    func badInput() throws {
        try run { it in
            #expect(try it.post(it.nova, String(repeating: "é", count: 500)).status == 201)
            #expect(
                try it.post(it.nova, String(repeating: "e\u{301}", count: 500)).status == 201, "pieces of one letter")
            for text in [
                String(repeating: "é", count: 501), "", "  \u{200B} ", "<br>", "a\u{0}b",
                String(repeating: "<b>", count: 2_000),
            ] {
                #expect(it.field(try it.post(it.nova, text)) == "text")
            }
            let huge = try it.post(it.nova, String(repeating: "x", count: 1_000_000))
            #expect(huge.status == 413 || huge.status == 422)
            let shown = try it.post(it.nova, "\u{202E}<i>שלום</i>\u{200D} \"'&")
            #expect(shown.json["text"] == "\u{202E}שלום\u{200D} \"'&")
            func refused(_ body: JSONValue) throws -> String? {
                it.field(try it.film.ask(it.nova, .post, "/api/comments", body))
            }
            #expect(try refused(["text": "a"]) == "clipId")
            #expect(
                try refused(["text": "a", "clipId": .string(it.clip), "comparisonId": .string(it.clip)]) == "clipId")
            #expect(try refused(["text": "a", "clipId": .string(it.clip), "x": 1]) == "x")
            #expect(try refused(["text": "a", "clipId": .string(UUID().uuidString)]) == "clip_not_found")
            #expect(try refused(["text": "a", "comparisonId": .string(UUID().uuidString)]) == "comparison_not_found")
            let pending = try it.film.clip("Not seen yet")
            #expect(try refused(["text": "a", "clipId": .string(pending)]) == "clip_not_found")
            #expect(try it.nova.get("/api/comments?clipId=\(pending)").status == 404)
            #expect(try it.nova.get("/api/comments").status == 422)
            #expect(try it.nova.get("/api/comments?clipId=\(it.clip)&sort=best").status == 422)
            #expect(try it.nova.get("/api/comments?clipId=\(it.clip)&cursor=x").status == 422)
            let change: JSONValue = ["commentId": .string(UUID().uuidString)]
            #expect(it.field(try it.film.ask(it.nova, .patch, "/api/comments", change)) == "like")
            #expect(it.field(try it.film.ask(it.nova, .delete, "/api/comments", change)) == "comment_not_found")
        }
    }

    @Test("CMT-01 CMT-02 one level of replies; of a deleted parent the replies stay; only own comments are deleted")
    func threads() throws {
        try run { it in
            let parent = try it.written(it.nova, "The parent")
            let replies = try (1...2).map { try it.written(it.ida, "Reply \($0)", parent) }
            let deep = try it.post(it.mira, "A reply to a reply", replies[0])
            #expect(deep.status == 422 && deep.code == "reply_depth")
            let other: JSONValue = ["commentId": .string(replies[0])]
            let foreign = try it.film.ask(it.nova, .delete, "/api/comments", other)
            #expect(foreign.status == 403 && foreign.code == "not_own_comment")
            #expect(
                try it.film.ask(it.nova, .delete, "/api/comments", ["commentId": .string(parent)]).json == [
                    "success": true
                ])
            let list = try it.list(it.film.visitor)
            let blank = list["comments"]?[0]
            #expect(blank?["text"] == "" && blank?["username"] == .null && blank?["isGone"] == true)
            #expect(blank?["replies"]?[1]?["text"] == "Reply 2" && list["total"] == 2)
            let late = try it.post(it.mira, "Hello?", parent)
            #expect(late.status == 409 && late.code == "comment_gone")
            let restored = try it.film.ask(
                it.nova, .patch, "/api/comments", ["commentId": .string(parent), "deleted": false])
            #expect(restored.status == 200)
            #expect(try it.list(it.nova)["comments"]?[0]?["text"] == "The parent")
            let gone = try it.film.ask(
                it.ida, .patch, "/api/comments", ["commentId": .string(replies[0]), "deleted": true])
            #expect(gone.json == ["likes": 0, "liked": false])
        }
    }

    @Test(
        "CMT-01 SEC-02 visitors read and do not write; the banned are refused, and so is who has not accepted the terms"
    )
    func whoWrites() throws {
        try FilmSite.run(settings: ["RATE_LIMITS": Site.generousLimits]) { film in
            let clip = try film.voting(["Rain"]).clips[0]
            let body: JSONValue = ["clipId": .string(clip), "text": "Hello"]
            let early = try film.member.send(.post, "/api/comments", body)
            #expect(early.status == 403 && early.code == "terms_required")
            try film.site.acceptTerms()
            let visitor = try film.visitor.send(.post, "/api/comments", body)
            #expect(visitor.status == 401)
            #expect(try film.member.copy(token: false).send(.post, "/api/comments", body).code == "csrf_failed")
            let statuses = try (0..<15).map { _ in try film.member.send(.post, "/api/comments", body).status }
            // The refusal before counted as well.
            #expect(statuses.prefix(14).allSatisfy { $0 == 201 } && statuses.last == 429)
            let root = film.site.database.database(as: .superuser)
            try root.execute("update feature_flags set enabled = false where key = 'comments_enabled'")
            try root.execute("select announce_change('flags', 'test')")
            try waitFor { try film.admin.send(.post, "/api/comments", body).code == "feature_off" }
            #expect(try film.visitor.get("/api/comments?clipId=\(clip)").status == 200)
            try root.execute("update users set banned_at = now(), ban_reason = 'x' where username = 'mira_okafor'")
            try root.execute(
                "select announce_change('sessions', 'user:' || id) from users where username = 'mira_okafor'")
            try waitFor {
                try film.member.send(.delete, "/api/comments", ["commentId": .string(clip)]).status == 403
            }
        }
    }

    @Test("CMT-05 SOC-01 comments of a blocked member are hidden from the one who blocked, whom they cannot answer")
    func blocks() throws {
        try run { it in
            let of = try it.written(it.mira, "By mira")
            let thread = try it.written(it.ida, "By ida")
            _ = try it.written(it.nova, "By nova", thread)
            _ = try it.written(it.nova, "By nova, above")
            func block(_ name: String, _ wish: Bool = true) throws -> Answer {
                try it.film.ask(
                    it.mira, .post, "/api/user/block", ["userId": .string(try it.id(name)), "block": .bool(wish)])
            }
            for _ in 1...2 { #expect(try block("nova").json["blocked"] == true) }
            let seen = try it.list(it.mira)
            #expect(seen["comments"]?[0]?["text"] == "By ida" && seen["comments"]?[0]?["replies"] == [])
            #expect(try it.list(it.ida)["comments"]?[0]?["text"] == "By nova, above")
            let refused = try it.post(it.nova, "Read this", of)
            #expect(refused.status == 403 && refused.code == "blocked")
            #expect(try it.post(it.nova, "A comment of its own").status == 201)
            let listed = try it.film.ask(it.mira, .get, "/api/user/block").json
            #expect(listed["members"]?[0]?["username"] == "nova" && listed["members"]?[1] == nil)
            #expect(try it.film.ask(it.nova, .get, "/api/user/block").json["members"] == [])
            #expect(try block("nova", false).json["blocked"] == false)
            #expect(try it.post(it.nova, "Thanks", of).status == 201)
            #expect(try block("mira_okafor").code == "own_account")
            let unknown: JSONValue = ["userId": .string(UUID().uuidString), "block": true]
            #expect(try it.film.ask(it.mira, .post, "/api/user/block", unknown).code == "member_not_found")
        }
    }

    @Test("SOC-03 ADM-01 CMT-02 three reports hide a comment; a dismissal shows it for good, a removal has one appeal")
    func reports() throws {
        try run { it in
            let admin = it.film.admin
            let id = try it.written(it.nova, "Buy <i>cheap</i> films")
            func report(_ number: Int, _ comment: String) throws -> Answer {
                let who = try it.film.site.visitor(address: "203.0.113.\(number)").ready()
                return try it.film.ask(who, .post, "/api/report", ["commentId": .string(comment), "reason": "spam"])
            }
            #expect(
                try it.film.ask(it.nova, .post, "/api/report", ["commentId": .string(id), "reason": "spam"]).code
                    == "own_comment")
            for number in 1...2 { #expect(try report(number, id).status == 201) }
            #expect(try report(2, id).json["joined"] == true)
            #expect(try it.list(it.ida)["total"] == 1, "two people")
            #expect(try report(3, id).status == 201)
            #expect(try it.list(it.ida)["total"] == 0, "three people")
            #expect(try report(4, id).code == "comment_not_found")
            let waiting = try it.film.ask(admin, .get, "/api/admin/comments").json
            #expect(waiting["waiting"] == 1 && waiting["comments"]?[0]?["state"] == "reported")
            #expect(waiting["comments"]?[0]?["reports"] == 3)
            func openCase() throws -> JSONValue? {
                try it.film.ask(admin, .get, "/api/admin/moderation").json["cases"]?[0]
            }
            let opened = try openCase()
            #expect(opened?["comment"]?["text"] == "Buy cheap films" && opened?["comment"]?["visible"] == false)
            #expect(opened?["member"]?["username"] == "nova" && opened?["clip"] == .null)
            func decide(_ which: JSONValue?, _ action: String) throws -> Answer {
                var body: [String: JSONValue] = ["caseId": which?["id"] ?? .null, "action": .string(action)]
                if action == "reject" { body["rule"] = "spam"; body["reason"] = "It is advertising" }
                return try it.film.ask(admin, .post, "/api/admin/moderation", .object(body))
            }
            #expect(try decide(opened, "dismiss").status == 200)
            for number in 11...14 { #expect(try report(number, id).status == 201) }
            #expect(try it.list(it.ida)["total"] == 1, "an admin has seen it")
            #expect(try decide(try openCase(), "reject").status == 200)
            #expect(try it.list(it.ida)["total"] == 0)

            let own = try it.film.ask(it.nova, .get, "/api/profile/decisions").json["decisions"]?[0]
            #expect(own?["commentText"] == "Buy cheap films" && own?["action"] == "reject" && own?["rule"] == "spam")
            #expect(own?["reason"] == "It is advertising" && own?["clipId"] == .null && own?["canAppeal"] == true)
            let appeal: JSONValue = ["decisionId": own?["id"] ?? .null, "text": "It was a joke"]
            #expect(try it.film.ask(it.nova, .post, "/api/profile/decisions", appeal).status == 200)
            #expect(try it.film.ask(it.nova, .post, "/api/profile/decisions", appeal).status == 409, "once")
            let appealed = try it.film.ask(admin, .get, "/api/admin/moderation?state=appealed").json["cases"]?[0]
            #expect(appealed?["comment"]?["id"]?.text == id && appealed?["decisions"]?[0]?["appeal"] == "It was a joke")
            let grant: JSONValue = ["decisionId": own?["id"] ?? .null, "outcome": "granted", "answer": "So it was"]
            #expect(try it.film.ask(admin, .post, "/api/admin/appeals", grant).status == 200)
            #expect(try it.list(it.ida)["total"] == 1)
            let page = String(decoding: try it.nova.get("/profile/decisions").body, as: UTF8.self)
            #expect(page.contains("A comment of yours was removed") && page.contains("Buy cheap films"))
            let form = String(decoding: try it.ida.get("/report?comment=\(id)").body, as: UTF8.self)
            #expect(form.contains("Report a comment by nova") && form.contains("name=\"commentId\" value=\"\(id)\""))
        }
    }

    @Test("CMT-02 ADM-01 admins approve, flag, reject and delete many at once, and undo it; authors read why")
    func moderation() throws {
        try run { it in
            let ids = try (1...3).map { try it.written($0 == 1 ? it.nova : it.ida, "Number \($0)") }
            func decide(_ action: String, _ ids: [String], _ more: [String: JSONValue] = [:]) throws -> Answer {
                let body: [String: JSONValue] = ["ids": .array(ids.map { .string($0) }), "action": .string(action)]
                return try it.film.ask(it.film.admin, .post, "/api/admin/comments", .object(body.merging(more) { $1 }))
            }
            func total() throws -> JSONValue? { try it.list(it.film.visitor)["total"] }
            func listed(_ query: String) throws -> [String] {
                let page = try it.film.ask(it.film.admin, .get, "/api/admin/comments?\(query)").json["comments"]
                return (0..<3).compactMap { page?[$0]?["text"]?.text }
            }
            let flagged = try decide("flag", ids)
            #expect(try flagged.json["decisions"]?[2] != nil && total() == 0)
            #expect(try listed("state=waiting") == ["Number 1", "Number 2", "Number 3"])
            #expect(try decide("flag", ids).json["decisions"] == [], "they are flagged already")
            #expect(try decide("approve", [ids[0]]).status == 200)
            #expect(try total() == 1 && listed("state=approved") == ["Number 1"])
            for missing in [[:], ["rule": "spam"], ["reason": "x"]] as [[String: JSONValue]] {
                #expect(try decide("reject", ids, missing).status == 422)
            }
            let why: [String: JSONValue] = ["rule": "spam", "reason": "Advertising"]
            let rejected = try decide("reject", ids, why)
            #expect(try total() == 0 && listed("state=removed&search=ida") == ["Number 3", "Number 2"])
            func reasons(_ who: Visitor) throws -> JSONValue? {
                try it.film.ask(who, .get, "/api/profile/decisions").json["decisions"]
            }
            #expect(try reasons(it.ida)?[1]?["reason"] == "Advertising")
            let decisions = (0..<3).compactMap { rejected.json["decisions"]?[$0]?["decisionId"] }
            let undone = try it.film.ask(
                it.film.admin, .post, "/api/admin/comments/undo", ["decisions": .array(decisions)])
            #expect(try undone.json["undone"]?[2] != nil && reasons(it.ida) == [])
            #expect(try total() == 1 && listed("state=waiting").count == 2, "each is what it was before")
            let again = try it.film.ask(
                it.film.admin, .post, "/api/admin/comments/undo", ["decisions": .array(decisions)])
            #expect(again.json["undone"] == [])
            #expect(try decide("delete", ids, why).json["decisions"]?[2] != nil)
            #expect(
                try it.film.ask(it.film.admin, .get, "/api/admin/comments?state=removed").json["comments"]?[0]?[
                    "deletedAt"] != .null)
            #expect(try it.film.ask(it.nova, .get, "/api/admin/comments").status == 403)
            let entries: [String] = try it.root.query(
                "select distinct action from audit_log where subject_kind = 'comment' order by action")
            #expect(entries == ["comment.approve", "comment.delete", "comment.flag", "comment.reject", "comment.undo"])
        }
    }
}

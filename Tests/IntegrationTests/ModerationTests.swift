internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Postgres
internal import TestSupport
internal import Testing

/// Reports, decisions with their statements of reasons, and appeals.
@Suite("Reports, decisions and appeals", .requiresPostgres)
struct ModerationTests {
    private static let limits = ["RATE_LIMITS": Site.generousLimits + ",contact=100000"]

    /// A film in which Mira's clips compete, with people who report and decide.
    private struct Stage {
        let film: FilmSite
        let site: Site
        let juror: Visitor
        let clips: [String]
        let root: Database

        var admin: Visitor { film.admin }
        var mira: Visitor { film.member }

        init(_ film: FilmSite) throws {
            self.film = film
            site = film.site
            juror = try site.visitor(address: "198.51.100.20").signIn("juror")
            clips = try film.voting(["Loud", "Quiet"]).clips
            root = site.database.database(as: .superuser)
        }

        func report(
            _ who: Visitor, _ clip: Int = 0, _ reason: String = "spam", _ words: String? = nil
        ) throws -> Answer {
            var body: [String: JSONValue] = ["clipId": .string(clips[clip]), "reason": .string(reason)]
            if let words { body["description"] = .string(words) }
            return try film.ask(who, .post, "/api/report", .object(body))
        }

        func cases(_ state: String = "open") throws -> JSONValue {
            try film.ask(admin, .get, "/api/admin/moderation?state=\(state)").json
        }

        func decide(_ id: JSONValue?, _ action: String, _ reason: String? = "It was seen", by who: Visitor? = nil)
            throws -> Answer
        {
            var body: [String: JSONValue] = ["caseId": id ?? .null, "action": .string(action)]
            if let reason { body["reason"] = .string(reason) }
            if action != "dismiss", action != "review" { body["rule"] = "spam" }
            return try film.ask(who ?? admin, .post, "/api/admin/moderation", .object(body))
        }

        func id(_ username: String) throws -> String {
            let id: UUID = try root.one("select id from users where username = \(username)")
            return id.uuidString.lowercased()
        }

        func status(_ clip: Int = 0) throws -> String {
            try root.one("select status from tournament_clips where id = \(UUID(uuidString: clips[clip]))")
        }

        /// What a member reads of decisions and reports.
        func own(_ who: Visitor) throws -> JSONValue { try film.ask(who, .get, "/api/profile/decisions").json }
    }

    private func run(_ body: (Stage) throws -> Void) throws {
        try FilmSite.run(settings: Self.limits) { try body(try Stage($0)) }
    }

    @Test(
        "SOC-03 members and visitors report; one person has one open report about a thing, and admins see them together"
    )
    func reporting() throws {
        try run { it in
            let first = try it.report(it.juror, 0, "spam", "Over and over")
            #expect(first.status == 201 && first.json["joined"] == false)
            let again = try it.report(it.juror, 0, "copyright")
            #expect(again.status == 200 && again.json["joined"] == true)
            #expect(try it.report(it.film.visitor, 0, "other", "A <b>logo</b>").status == 201)
            #expect(try it.report(it.film.visitor, 0, "other", "Twice").json["joined"] == true)
            #expect(try it.report(it.juror, 1).status == 201)

            let list = try it.cases()
            #expect(list["counts"] == ["open": 2, "appealed": 0, "decided": 0, "all": 2])
            let concerned = list["cases"]?[0]
            #expect(concerned?["clip"]?["title"] == "Loud" && concerned?["member"]?["username"] == "mira_okafor")
            #expect(concerned?["reports"]?[0]?["reporter"] == .null, "a visitor has no name")
            #expect(concerned?["reports"]?[0]?["description"] == "Twice")
            #expect(concerned?["reports"]?[1]?["reporter"] == "juror")
            #expect(concerned?["reports"]?[1]?["reason"] == "copyright")
            #expect(concerned?["reports"]?[1]?["description"] == "Over and over", "silence keeps what was said")
            #expect(concerned?["reports"]?[2] == nil)

            let queue = try it.film.ask(it.admin, .get, "/api/admin/clips?status=active").json
            let beside = queue["clips"]?[0]?["title"] == "Loud" ? queue["clips"]?[0] : queue["clips"]?[1]
            #expect(beside?["reports"]?[0]?["caseId"] == concerned?["id"], "ADM-01 beside the clip in the queue")
            #expect(beside?["reports"]?[1]?["reason"] == "copyright")
        }
    }

    @Test("SOC-03 SEC-05 what cannot be reported is refused with the field or the reason")
    func refusedReports() throws {
        try run { it in
            let pending = try it.film.clip("Not seen yet")
            func code(_ who: Visitor, _ body: JSONValue) throws -> String {
                let answer = try it.film.ask(who, .post, "/api/report", body)
                return answer.status == 422 ? answer.json["details"]?[0]?["field"]?.text ?? "?" : answer.code ?? "?"
            }
            let clip = JSONValue.string(it.clips[0])
            let juror = JSONValue.string(try it.id("juror"))
            #expect(try code(it.juror, ["reason": "spam"]) == "clipId")
            #expect(try code(it.juror, ["clipId": clip, "userId": juror, "reason": "spam"]) == "clipId")
            #expect(try code(it.juror, ["clipId": clip, "reason": "dull"]) == "reason")
            #expect(try code(it.juror, ["clipId": clip]) == "reason")
            #expect(try code(it.juror, ["clipId": clip, "reason": "other", "description": "  "]) == "description")
            #expect(
                try code(
                    it.juror,
                    ["clipId": clip, "reason": "spam", "description": .string(String(repeating: "x", count: 1_001))])
                    == "description")
            #expect(try code(it.juror, ["clipId": .string(pending), "reason": "spam"]) == "clip_not_found")
            #expect(try code(it.juror, ["clipId": juror, "reason": "spam"]) == "clip_not_found")
            #expect(try code(it.juror, ["userId": clip, "reason": "spam"]) == "member_not_found")
            #expect(try code(it.juror, ["userId": juror, "reason": "spam"]) == "own_account")
            #expect(try code(it.mira, ["clipId": clip, "reason": "spam"]) == "own_clip")
            #expect(try it.cases()["counts"]?["all"] == 0, "nothing is left of them")
        }
    }

    @Test("SOC-03 SEC-02 three reports a minute, and the banned report nothing")
    func limits() throws {
        try FilmSite.run(settings: ["RATE_LIMITS": Site.generousLimits]) { film in
            let it = try Stage(film)
            for _ in 0..<3 { #expect(try it.report(film.visitor).status < 300) }
            #expect(try it.report(film.visitor).code == "rate_limited")
            let banned = try film.site.visitor(address: "198.51.100.30").signIn("loud_one")
            _ = try film.admin.send(.put, "/api/admin/users/\(try it.id("loud_one"))", ["ban": ["reason": "Spam"]])
            try banned.signIn("loud_one")
            #expect(try it.report(banned).code == "banned")
        }
    }

    @Test("SOC-03 VOTE-09 where a captcha is configured visitors need a pass, and members do not")
    func captcha() throws {
        let captcha = ["HCAPTCHA_SITE_KEY": "key", "HCAPTCHA_SECRET": "secret"]
        try FilmSite.run(settings: Self.limits.merging(captcha) { $1 }) { film in
            let it = try Stage(film)
            #expect(try it.report(film.visitor).code == "captcha_required")
            #expect(try it.report(it.juror).status == 201)
        }
    }

    @Test("SOC-03 a dismissal answers the reporters and leaves the clip; a further report opens the case again")
    func dismissing() throws {
        try run { it in
            _ = try it.report(it.juror)
            let id = try it.cases()["cases"]?[0]?["id"]
            #expect(try it.decide(id, "review").status == 200)
            #expect(try it.cases()["cases"]?[0]?["state"] == "reviewing")
            #expect(try it.own(it.juror)["reports"]?[0]?["state"] == "reviewing")
            #expect(try it.report(it.juror).json["joined"] == true, "it is not decided yet")
            #expect(try it.decide(id, "dismiss", "This is a parody.").status == 200)
            let own = try it.own(it.juror)["reports"]?[0]
            #expect(own?["state"] == "dismissed" && own?["answer"] == "This is a parody.")
            #expect(own?["subject"] == "Loud" && own?["aboutClip"] == true)
            #expect(try it.status() == "active" && it.own(it.mira)["decisions"]?[0] == nil)
            #expect(try it.decide(id, "dismiss").code == "case_closed")
            #expect(try it.cases("decided")["cases"]?[0]?["decidedBy"] == "the_admin")
            let keys: Int = try it.root.one("select count(reporter_key)::int from reports")
            #expect(keys == 0, "the key has served")

            #expect(try it.report(it.juror).status == 201)
            let open = try it.cases()["cases"]?[0]
            #expect(open?["id"] == id && open?["state"] == "open" && open?["reports"]?[1]?["state"] == "dismissed")
        }
    }

    @Test("SOC-03 ADM-04 a decision against a clip gives its creator a statement of reasons and is in the log")
    func statements() throws {
        try run { it in
            _ = try it.report(it.juror)
            let id = try it.cases()["cases"]?[0]?["id"]
            #expect(try it.decide(id, "reject", nil).status == 422)
            #expect(try it.decide(id, "warn", "Mind the volume").status == 200)
            _ = try it.report(it.juror)
            #expect(try it.decide(id, "reject", "An advertisement").status == 200)
            #expect(try it.status() == "rejected")
            let own = try it.own(it.mira)["decisions"]
            #expect(own?[0]?["action"] == "reject" && own?[0]?["reason"] == "An advertisement")
            #expect(own?[0]?["rule"] == "spam" && own?[0]?["automated"] == false && own?[0]?["canAppeal"] == true)
            #expect(own?[0]?["clipTitle"] == "Loud" && own?[1]?["action"] == "warn")
            #expect(try it.own(it.juror)["reports"]?[0]?["state"] == "resolved")
            #expect(try it.own(it.juror)["reports"]?[0]?["subject"] == .null, "it is not public any more")
            #expect(try it.own(it.juror)["decisions"]?[0] == nil, "each reads the own decisions alone")
            let log = try it.film.ask(
                it.admin, .get, "/api/admin/audit-logs?subjectKind=clip&subjectId=\(it.clips[0])"
            ).json
            #expect(log["entries"]?[0]?["action"] == "report.reject" && log["entries"]?[1]?["action"] == "clip.reject")
        }
    }

    @Test("SOC-03 ADM-01 every rejection has a statement; undone, approved or decided again it holds no more")
    func otherDecisions() throws {
        try run { it in
            func decisions() throws -> [String] {
                guard case .array(let found)? = try it.own(it.mira)["decisions"] else { return [] }
                return found.map { "\($0["reason"]?.text ?? ""):\($0["endedAt"] == .null)" }
            }
            let clip = JSONValue.string(it.clips[0])
            func reject(_ reason: String) throws -> JSONValue? {
                try it.film.ask(it.admin, .post, "/api/admin/reject", ["clipId": clip, "reason": .string(reason)])
                    .json["decisionId"]
            }
            let first = try reject("Dark")
            #expect(try decisions() == ["Dark:true"])
            _ = try it.film.ask(it.admin, .post, "/api/admin/clips/undo", ["decisionIds": [first ?? .null]])
            #expect(try decisions() == [], "as though it had not been decided")
            _ = try reject("Dark")
            let second = try reject("Darker")
            #expect(try decisions() == ["Darker:true", "Dark:false"])
            _ = try it.film.ask(it.admin, .post, "/api/admin/clips/undo", ["decisionIds": [second ?? .null]])
            #expect(try decisions() == ["Dark:true"], "the earlier rejection holds again")
            _ = try it.film.ask(it.admin, .post, "/api/admin/approve", ["clipId": clip])
            #expect(try decisions() == ["Dark:false"])
        }
    }

    @Test(
        "SOC-03 one appeal for each decision, which can restore the clip; another admin decides where there are several"
    )
    func appealing() throws {
        try run { it in
            _ = try it.film.ask(
                it.admin, .post, "/api/admin/reject", ["clipId": .string(it.clips[0]), "reason": "Loud"])
            let decision = try it.own(it.mira)["decisions"]?[0]?["id"] ?? .null
            func appeal(_ who: Visitor, _ text: String = "It is music") throws -> Answer {
                try it.film.ask(who, .post, "/api/profile/decisions", ["decisionId": decision, "text": .string(text)])
            }
            #expect(try appeal(it.juror).code == "statement_not_found")
            #expect(try appeal(it.mira, " ").status == 422)
            #expect(try appeal(it.mira).status == 200)
            #expect(try appeal(it.mira).code == "already_appealed")
            let listed = try it.cases("appealed")
            #expect(
                listed["counts"]?["appealed"] == 1 && listed["cases"]?[0]?["decisions"]?[0]?["appeal"] == "It is music")

            func answer(_ who: Visitor, _ outcome: String) throws -> Answer {
                try it.film.ask(
                    who, .post, "/api/admin/appeals",
                    ["decisionId": decision, "outcome": .string(outcome), "answer": "You are right"])
            }
            let other = try it.site.visitor(address: "198.51.100.21").signIn("second_admin", isAdmin: true)
            #expect(try answer(it.admin, "granted").code == "own_decision")
            #expect(try answer(it.juror, "granted").status == 403)
            #expect(try answer(other, "granted").status == 200)
            #expect(try it.status() == "active")
            let own = try it.own(it.mira)["decisions"]?[0]
            #expect(own?["appealOutcome"] == "granted" && own?["appealAnswer"] == "You are right")
            #expect(own?["endedAt"]?.text != nil && own?["canAppeal"] == false)
            #expect(try answer(other, "granted").code == "no_open_appeal")
            #expect(try it.cases("appealed")["counts"]?["appealed"] == 0)
        }
    }

    @Test("SOC-03 FILM-10 a granted appeal puts a clip back into its empty place in the film")
    func appealAgainstTakedown() throws {
        try run { it in
            let clip = JSONValue.string(it.clips[0])
            _ = try it.film.ask(
                it.admin, .post, "/api/admin/reject", ["clipId": .string(it.clips[1]), "reason": "Quiet"])
            #expect(try it.film.ask(it.admin, .post, "/api/admin/advance-slot", ["slot": 1]).status == 200)
            #expect(
                try it.film.ask(it.admin, .post, "/api/admin/takedown", ["clipId": clip, "reason": "Rights"])
                    .json["consequences"]?["leavesGap"] == true)
            func winner() throws -> JSONValue? {
                try it.film.ask(it.film.visitor, .get, "/api/story").json["seasons"]?[0]?["slots"]?[0]?["winner"]
            }
            #expect(try winner() == .null && it.status() == "rejected")
            let decision = try it.own(it.mira)["decisions"]?[0]?["id"] ?? .null
            #expect(
                try it.film.ask(
                    it.mira, .post, "/api/profile/decisions", ["decisionId": decision, "text": "It is mine"]
                ).status == 200)
            let other = try it.site.visitor(address: "198.51.100.22").signIn("third_admin", isAdmin: true)
            #expect(
                try it.film.ask(
                    other, .post, "/api/admin/appeals",
                    ["decisionId": decision, "outcome": "granted", "answer": "The licence was shown"]
                ).status == 200)
            #expect(try it.status() == "locked" && winner()?["id"] == clip)
            let round = try it.film.ask(it.film.visitor, .get, "/api/rounds/1/1").json
            #expect(round["interventions"]?[2]?["kind"] == "clip_restored")
            #expect(round["interventions"]?[2]?["reason"] == "The licence was shown")
        }
    }

    @Test("SOC-03 ADM-02 the appeal against a ban is the same appeal: upheld it stays, granted the ban is lifted")
    func banAppeals() throws {
        try run { it in
            _ = try it.film.ask(
                it.juror, .post, "/api/report", ["userId": .string(try it.id("mira_okafor")), "reason": "spam"])
            let id = try it.cases()["cases"]?[0]?["id"]
            #expect(try it.cases()["cases"]?[0]?["clip"] == .null)
            #expect(try it.decide(id, "reject").code == "clip_not_found")
            #expect(try it.decide(id, "ban", "Bought votes").status == 200)
            try it.mira.signIn("mira_okafor")
            #expect(try it.own(it.mira)["decisions"]?[0]?["action"] == "ban", "the banned read why")
            #expect(try it.mira.send(.post, "/api/user/appeal", ["text": "I did not"]).status == 200)
            let decision = try it.cases("appealed")["cases"]?[0]?["decisions"]?[0]?["id"] ?? .null
            // The only admin may decide on the own decision.
            let upheld = try it.film.ask(
                it.admin, .post, "/api/admin/appeals",
                ["decisionId": decision, "outcome": "upheld", "answer": "The log shows it"])
            #expect(upheld.status == 200)
            let state = try it.film.ask(it.mira, .get, "/api/user/appeal").json
            #expect(state["upheld"] == true && state["answer"] == "The log shows it")
            #expect(try it.film.admin.get("/api/admin/users?appeal=true").json["users"]?[0] == nil, "none waits")
            #expect(try it.mira.send(.post, "/api/user/appeal", ["text": "Again"]).code == "already_appealed")

            try it.root.execute(
                """
                update statements_of_reasons
                set appeal_outcome = null, appeal_answer = null, appeal_decided_at = null, appeal_decided_by = null
                """)
            let granted = try it.film.ask(
                it.admin, .post, "/api/admin/appeals",
                ["decisionId": decision, "outcome": "granted", "answer": "It was somebody else"])
            #expect(granted.status == 200)
            #expect(try it.status() == "active", "the clips are back")
            #expect(try it.own(it.mira)["decisions"]?[0]?["endedAt"]?.text != nil)
        }
    }

    @Test("SOC-03 what is in the film is not rejected, and admins are not banned by a report")
    func impossible() throws {
        try run { it in
            _ = try it.film.ask(it.admin, .post, "/api/admin/advance-slot", ["slot": 1])
            let locked = try it.status(0) == "locked" ? 0 : 1
            _ = try it.report(it.juror, locked)
            let id = try it.cases()["cases"]?[0]?["id"]
            let refused = try it.decide(id, "reject")
            #expect(refused.status == 409 && refused.code == "clip_not_open")
            #expect(refused.json["error"]?.text?.contains("page of its season") == true)
            #expect(try it.cases()["counts"]?["open"] == 1, "the reports still wait")
            _ = try it.film.ask(
                it.juror, .post, "/api/report", ["userId": .string(try it.id("the_admin")), "reason": "spam"])
            let other = try it.cases()["cases"]?[1]?["id"]
            #expect(try it.decide(other, "ban").code == "own_account")
            #expect(try it.decide(9_999, "dismiss").code == "case_not_found")
            for state in ["lost", ""] {
                #expect(try it.admin.get("/api/admin/moderation?state=\(state)").status == 422)
            }
            #expect(try it.juror.get("/api/admin/moderation").status == 403)
        }
    }

    @Test("SOC-03 cases are listed page by page, what waits longest first")
    func pages() throws {
        try run { it in
            _ = try it.report(it.juror, 0)
            _ = try it.report(it.juror, 1)
            let first = try it.film.ask(it.admin, .get, "/api/admin/moderation?limit=1").json
            let cursor = try #require(first["nextCursor"]?.text)
            let second = try it.film.ask(it.admin, .get, "/api/admin/moderation?limit=1&cursor=\(cursor)").json
            #expect(
                first["cases"]?[0]?["clip"]?["title"] == "Loud" && second["cases"]?[0]?["clip"]?["title"] == "Quiet")
            #expect(second["nextCursor"] == .null)
        }
    }

    @Test("SOC-03 GDPR-01 reports and decisions are exported, and leave with the account")
    func leaving() throws {
        try run { it in
            _ = try it.report(it.juror, 0, "other", "My own words")
            _ = try it.film.ask(
                it.mira, .post, "/api/report", ["userId": .string(try it.id("juror")), "reason": "spam"])
            _ = try it.film.ask(
                it.admin, .post, "/api/admin/reject", ["clipId": .string(it.clips[1]), "reason": "Quiet"])
            let exported = try it.juror.get("/api/account/export").json
            #expect(exported["reports"]?[0]?["description"] == "My own words")
            #expect(exported["other"]?["moderationCases"] == nil, "who reported a member is not the member's to know")
            #expect(try it.mira.get("/api/account/export").json["decisions"]?[0]?["reason"] == "Quiet")

            let leave: JSONValue = ["confirmation": "DELETE MY ACCOUNT"]
            #expect(try it.juror.send(.delete, "/api/account/delete", leave).status < 300)
            let left: Row = try it.root.one(
                "select details, reporter_id, reporter_key from reports where reason = 'other'")
            #expect(try left.value("details", as: String.self) == "")
            #expect(try left.value("reporter_id", as: UUID?.self) == nil)
            #expect(try left.value("reporter_key", as: String?.self) == nil)
            let aboutJuror: Int = try it.root.one("select count(*)::int from reports where reason = 'spam'")
            #expect(aboutJuror == 0)
            #expect(try it.mira.send(.delete, "/api/account/delete", leave).status < 300)
            let rest: Int = try it.root.one(
                "select (select count(*) from statements_of_reasons)::int + (select count(*) from moderation_cases)::int"
            )
            #expect(rest == 0)
        }
    }
}

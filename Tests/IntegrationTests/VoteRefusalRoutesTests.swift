internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

@Suite("Refusals of votes over HTTP", .requiresPostgres)
struct VoteRefusalRoutesTests {
    @Test(
        "VOTE-11 VOTE-10 the first reasons come in the order of the contract, the limiter's with when to come back",
        arguments: Depth.allCases)
    func order(depth: Depth) throws {
        try FilmSite.run(depth) { film in
            let clip = try film.voting(["A"]).clips[0]
            let superuser = film.site.database.database(as: .superuser)
            let unknown: JSONValue = ["clipId": .string(UUID().uuidString)]
            func turn(_ flag: String, on: Bool) throws {
                try superuser.execute("update feature_flags set enabled = \(on) where key = \(flag)")
            }
            _ = try film.visitor.send(.post, "/api/vote", ["clipId": .string(clip)])
            try turn("voting_enabled", on: false)
            try superuser.execute(
                """
                update rate_windows
                set minute = date_bin('1 minute', now(), 'epoch') + interval '1 minute', current_count = 1000
                where key like 'vote %'
                """)
            let forged = try film.visitor.copy(token: false).send(.post, "/api/vote", unknown)
            #expect(forged.status == 403 && forged.code == "csrf_failed")
            let off = try film.visitor.send(.post, "/api/vote", unknown)
            #expect(off.status == 503 && off.code == "feature_off")
            #expect(try film.visitor.send(.delete, "/api/vote", unknown).code == "feature_off")
            try turn("voting_enabled", on: true)
            try turn("require_auth_voting", on: true)

            try superuser.execute("alter table rate_windows rename to elsewhere")
            let undecided = try film.visitor.send(.post, "/api/vote", unknown)
            #expect(undecided.status == 503 && undecided.code == "limiter_unavailable")
            #expect(undecided.headers["Retry-After"] == "2")
            #expect(try film.visitor.send(.delete, "/api/vote", unknown).code == "limiter_unavailable")
            try superuser.execute("alter table elsewhere rename to rate_windows")
            try superuser.execute("truncate rate_windows")

            let anonymous = try film.visitor.send(.post, "/api/vote", unknown)
            #expect(anonymous.status == 401 && anonymous.code == "auth_required")
            try turn("require_auth_voting", on: false)
            let missing = try film.visitor.send(.post, "/api/vote", unknown)
            #expect(missing.status == 404 && missing.code == "clip_not_found")
            let cast: Int = try superuser.one("select count(*)::int from votes")
            #expect(cast == 1)
        }
    }

    @Test("VOTE-10 SEC-02 every vote that was counted says what is left of the minute, refused or not")
    func room() throws {
        try FilmSite.run { film in
            let clips = try film.voting(["A", "B", "C"]).clips
            let superuser = film.site.database.database(as: .superuser)
            func turn(_ flag: String, on: Bool) throws {
                try superuser.execute("update feature_flags set enabled = \(on) where key = \(flag)")
            }
            var left = 30
            func send(_ method: HTTP.Method, _ clip: String, _ code: String?, kind: String? = nil) throws {
                var body: [String: JSONValue] = ["clipId": .string(clip)]
                if let kind { body["voteType"] = .string(kind) }
                let answer = try film.visitor.send(method, "/api/vote", .object(body))
                left -= 1
                #expect(answer.code == code)
                #expect(answer.headers["X-RateLimit-Limit"] == "30", "\(code ?? "counts")")
                #expect(answer.headers["X-RateLimit-Remaining"] == "\(left)", "\(code ?? "counts")")
                #expect(answer.headers.values("X-RateLimit-Reset").count == 1, "\(code ?? "counts")")
                #expect(answer.resetIsUnixTime(in: 1), "\(code ?? "counts")")
            }
            try send(.post, clips[0], nil)
            try send(.post, clips[0], "already_voted")
            try send(.post, UUID().uuidString, "clip_not_found")
            try send(.delete, clips[1], "vote_not_found")
            try turn("power_votes_enabled", on: false)
            try send(.post, clips[1], "feature_off", kind: "super")
            try turn("power_votes_enabled", on: true)
            try send(.post, clips[1], "auth_required", kind: "super")
            try turn("require_captcha_voting", on: true)
            try send(.post, clips[1], "captcha_required")
            try turn("require_captcha_voting", on: false)
            try superuser.execute("update voter_days set casts = 200")
            try send(.post, clips[1], "daily_limit")
            try superuser.execute("update voter_days set casts = 1")
            try superuser.execute("update tournament_clips set status = 'eliminated' where title = 'C'")
            try send(.post, clips[2], "clip_not_active")
            try superuser.execute(
                "update story_slots set voting_ends_at = now() - interval '1 second' where status = 'voting'")
            try send(.post, clips[1], "round_over")
            try send(.delete, clips[0], "round_over")

            // Nothing was counted, so there is nothing to say.
            try turn("voting_enabled", on: false)
            let off = try film.visitor.send(.post, "/api/vote", ["clipId": .string(clips[1])])
            #expect(off.code == "feature_off" && off.headers["X-RateLimit-Remaining"] == nil)
            let forged = try film.visitor.copy(token: false).send(.post, "/api/vote", ["clipId": .string(clips[1])])
            #expect(forged.code == "csrf_failed" && forged.headers["X-RateLimit-Remaining"] == nil)
        }
    }

    @Test("VOTE-07 SEC-07 no table holds an address after votes, sign-ins and refusals", arguments: Depth.allCases)
    func addresses(depth: Depth) throws {
        try FilmSite.run(depth) { film in
            let clips = try film.voting(["A", "B"]).clips
            let addresses = ["198.51.100.77", "2001:db8:77:88:99:aa:bb:cc"]
            for (index, address) in addresses.enumerated() {
                let visitor = try film.site.visitor(address: address).ready()
                #expect(try visitor.send(.post, "/api/vote", ["clipId": .string(clips[0])]).status == 200)
                #expect(try visitor.send(.post, "/api/vote", ["clipId": .string(clips[0])]).status == 409)
                try visitor.signIn("person_\(index)")
                #expect(try visitor.send(.post, "/api/vote", ["clipId": .string(clips[1])]).status == 200)
            }
            let superuser = film.site.database.database(as: .superuser)
            let stored: Int = try superuser.one("select count(*)::int from votes")
            #expect(stored == 4)
            let tables: [String] = try superuser.query(
                "select quote_ident(relname) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
            )
            #expect(tables.count > 20)
            // As text, and as the bytes of which an address consists, in a bytea's notation.
            let traces = ["198.51.100.77", "2001:db8:77:88", "c633644d", "20010db800770088"]
            for table in tables {
                let rows: [String] = try superuser.withConnection { connection in
                    try connection.query("select content::text from \(identifier: table) content")
                }
                for trace in traces { #expect(!rows.contains { $0.contains(trace) }, "\(table)") }
            }
        }
    }
}

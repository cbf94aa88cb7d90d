import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

@Suite("Battles and votes for videos as admins look after them", .requiresPostgres)
struct ArenaOversightRoutesTests {
    /// Ten battles of two models, the last four of them flagged.
    private func fight(_ root: Database) throws {
        try root.execute(
            """
            with made as (
                insert into battles (
                    pair_id, pseudonym, left_model_id, right_model_id, left_id, right_id, has_source, outcome, cast_at
                )
                select gen_random_uuid(), gen_random_uuid(), models[1], models[2], gen_random_uuid(), gen_random_uuid(), false, 'left',
                    now()
                from (select array_agg(id order by slug) as models from models) known
                cross join generate_series(1, 10)
                returning id
            )
            insert into battle_evidence (battle_id, device_key, network, flags)
            select id, 'device_' || id, 'abc', case when row_number() over (order by id) > 6 then '{burst}'::text[] end
            from made
            """)
    }

    @Test("ARENA-08 ADM-04 battles are listed with their evidence, voided with a reason, and restored")
    func battles() throws {
        try AdminSite.run { it in
            let root = it.site.database.database(as: .superuser)
            try fight(root)
            func ask(_ path: String, _ body: JSONValue? = nil) throws -> Answer {
                try it.ask(it.admin, body == nil ? .get : .post, "/api/admin/" + path, body)
            }
            let all = try ask("battles?limit=4")
            #expect(all.status == 200 && all.json["battles"]?[3]?["flags"]?[0]?.text == "burst")
            #expect(all.json["battles"]?[0]?["networkVoters"]?.integer == 10)
            let cursor = try #require(all.json["nextCursor"]?.text)
            #expect(try ask("battles?cursor=\(cursor)").json["battles"]?[5]?["flags"] == [])
            #expect(try ask("battles?flagged=false&limit=1").json["battles"]?[0]?["flags"] == [])

            #expect(try ask("battles/void", ["reason": "All", "modelId": .string(UUID().uuidString)]).status == 422)
            #expect(try ask("battles/void", ["reason": "", "flag": "burst"]).status == 422)
            let made = try ask("battles/void", ["reason": "Too quick", "flag": "burst"])
            #expect(made.status == 200 && made.json["votes"]?.integer == 4)
            let again = try ask("battles/void", ["reason": "Too quick", "flag": "burst"])
            #expect(again.status == 409 && again.code == "no_such_votes")
            let voided = try ask("battles?voided=true")
            #expect(voided.json["battles"]?[3]?["voidId"] == made.json["voidId"])
            #expect(voided.json["voids"]?[0]?["reason"]?.text == "Too quick")
            #expect(try it.site.visitor().get("/api/battles?limit=1").json["battles"]?[0]?["isVoided"] == .bool(true))

            let undo: JSONValue = ["voidId": made.json["voidId"] ?? .null, "reason": "They were people"]
            let undone = try ask("arena/unvoid", undo)
            #expect(undone.json["restored"]?.integer == 4 && undone.json["kept"]?.integer == 0)
            #expect(try ask("arena/unvoid", undo).code == "void_undone")
            let nothing: JSONValue = ["voidId": .string(UUID().uuidString), "reason": "x"]
            #expect(try ask("arena/unvoid", nothing).status == 404)
            let entries: [String] = try root.query(
                "select action from audit_log where subject_kind = 'void' and actor_id is not null order by id")
            #expect(entries == ["battles.void", "battles.restore"])

            #expect(try ask("video-votes").json["votes"] == [])
            let none = try ask("video-votes/void", ["reason": "x", "network": "abc"])
            #expect(none.status == 409 && none.code == "no_such_votes")
            #expect(try ask("video-votes/void", ["reason": "x"]).status == 422)
        }
    }

    @Test("ARENA-08 the export is a file of comma-separated values; a board has a name that can exist")
    func export() throws {
        try Site.run(.inProcess) { site in
            try fight(site.database.database(as: .superuser))
            let visitor = site.visitor()
            let file = try visitor.get("/api/battles/export")
            #expect(file.status == 200 && file.headers["Content-Type"] == "text/csv; charset=utf-8")
            let lines = String(decoding: file.body, as: UTF8.self).split(separator: "\r\n")
            #expect(lines.count == 11 && lines[0] == "id,voter,left,right,type,tags,outcome,voided,cast_at")
            let last = lines[9].prefix { $0 != "," }
            let rest = try visitor.get("/api/battles/export?after=\(last)")
            #expect(String(decoding: rest.body, as: UTF8.self).split(separator: "\r\n").count == 2)
            #expect(rest.headers["Link"] == nil)
            #expect(try visitor.get("/api/battles/export?after=-1").status == 422)
            #expect(try visitor.get("/api/ratings?board=other").status == 422)
            let none = try visitor.get("/api/ratings?board=tag:none")
            #expect(none.status == 200 && none.json["board"] == .null && none.json["tags"] == [])
        }
    }
}

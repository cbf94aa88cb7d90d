import Configuration
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

/// The analytics as clients see them.
@Suite("The routes of analytics", .requiresPostgres)
struct AnalyticsRoutesTests {
    @Test("ANLY-01 ANLY-03 figures by period and type as JSON, CSV and page; a name that is a formula stays text")
    func formats() throws {
        try Site.run(.inProcess) { site in
            let visitor = site.visitor()
            let none = try visitor.get("/api/analytics")
            #expect(none.status == 200 && none.json["models"] == [] && none.json["countedAt"] == .null)
            let emptyPage = String(decoding: try visitor.get("/analytics?period=all").body, as: UTF8.self)
            #expect(emptyPage.contains("No figures yet"))

            let superuser = site.database.database(as: .superuser)
            try superuser.execute("update models set name = '=1+1' where slug = 'local'")
            try superuser.execute(
                """
                insert into generation_runs (
                    generation_id, run, model_id, provider, duration_ms, quality, reserved_at, expected_usd, outcome, ended_at,
                    cost_usd, video_ms, took_ms
                )
                select gen_random_uuid(), 1, id, 'local', 5000, 'standard', dailies_now(), 0, outcome, dailies_now(), 0.25,
                    5000, 30000
                from models
                cross join unnest(array['completed', 'completed', 'completed', 'failed']) outcome
                where slug = 'local'
                """)
            _ = try site.database.database(as: .jobs).one("select fold_model_days()", as: Int?.self)

            let answer = try visitor.get("/api/analytics?period=week&type=text-to-video")
            let model = answer.json["models"]?[0]
            #expect(model?["slug"] == "local" && model?["videos"] == 3 && model?["failed"] == 1)
            #expect(model?["successRate"] == 0.75 && model?["meanSeconds"] == 30)
            #expect(model?["perSecondUsd"] == "0.05" && model?["perVoteUsd"] == .null && model?["timeSpread"] == .null)
            #expect(answer.json["total"]?["spentUsd"] == "0.75")
            #expect(answer.json["trend"]?[6] != nil && answer.json["trend"]?[7] == nil)
            #expect(answer.headers["Cache-Control"]?.contains("s-maxage=60") == true)
            #expect(try visitor.get("/api/analytics?type=image-to-video").json["models"] == [])
            for wrong in ["period=day", "type=clips"] {
                #expect(try visitor.get("/api/analytics?" + wrong).status == 422, "\(wrong)")
            }

            let file = try visitor.get("/api/analytics/export?period=all")
            let lines = String(decoding: file.body, as: UTF8.self).split(separator: "\r\n")
            #expect(file.headers["Content-Type"] == "text/csv; charset=utf-8" && lines.count == 2)
            #expect(file.headers["Content-Disposition"]?.contains("analytics-all-all-") == true)
            #expect(lines.last?.hasPrefix("\"local\",\"'=1+1\",") == true)
            #expect(
                lines[0].split(separator: ",").count
                    == lines[1].split(separator: ",", omittingEmptySubsequences: false).count)

            let same = try visitor.get("/api/analytics?period=all&format=csv")
            #expect(same.body == file.body)
            for name in ["Content-Type", "Content-Disposition", "Cache-Control"] {
                #expect(same.headers[name] == file.headers[name], "\(name)")
            }
            #expect(try visitor.get("/api/analytics?format=json").json["models"] != nil)
            #expect(try visitor.get("/api/analytics?format=xml").status == 422)

            // What a query says wrongly counts as not said.
            for query in ["", "?by=speed", "?period=week&type=all", "?period=none&by=none"] {
                let page = try visitor.get("/analytics" + query)
                let text = String(decoding: page.body, as: UTF8.self)
                #expect(page.status == 200 && text.contains("75 %") && text.contains("30.0 s"), "\(query)")
                #expect(text.contains("√((Σt² − (Σt)² ÷ n) ÷ (n − 1)) ÷ (Σt ÷ n)"))
            }
            #expect(
                String(decoding: try visitor.get("/analytics?type=image-to-video").body, as: UTF8.self)
                    .contains("Nothing in this period"))
        }
    }
}

import Configuration
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

/// The pages of two models as browsers see them.
@Suite("The pages of two models", .requiresPostgres)
struct VersusPageTests {
    private func text(_ answer: Answer) -> String { String(decoding: answer.body, as: UTF8.self) }

    @Test("ARENA-10 WEB-04 a pair has one page, other orders lead there, and unknown or equal names are 404")
    func addresses() throws {
        try Site.run(.inProcess) { site in
            let root = site.database.database(as: .superuser)
            try root.execute(
                """
                insert into models (slug, model_id, name, maker, provider)
                values ('aurora', 'aurora', 'Aurora <1>', 'Acme', 'local')
                """)
            try root.execute(
                """
                insert into battles (
                    pair_id, pseudonym, left_model_id, right_model_id, left_id, right_id, has_source, outcome, cast_at
                )
                select gen_random_uuid(), gen_random_uuid(), one.id, other.id, gen_random_uuid(), gen_random_uuid(), false,
                    case when number <= 10 then 'left' else 'right' end, now()
                from models one, models other, generate_series(1, 11) number
                where one.slug = 'local' and other.slug = 'aurora'
                """)
            let visitor = site.visitor()
            let page = try visitor.get("/models/aurora/vs/local")
            #expect(page.status == 200)
            for part in [
                "Aurora &lt;1&gt; and", "is better in battles of the two, with 95 % confidence.",
                "rel=\"canonical\" href=\"\(site.settings.site.url)/models/aurora/vs/local\"", "No shared comparisons",
                "11 decided battles",
            ] {
                #expect(text(page).contains(part), "\(part)")
            }
            let turned = try visitor.get("/models/local/vs/aurora")
            #expect(turned.status == 301 && turned.headers["Location"] == "/models/aurora/vs/local")
            for path in ["aurora/vs/aurora", "aurora/vs/none", "none/vs/local"] {
                #expect(try visitor.get("/models/\(path)").status == 404, "\(path)")
            }
            #expect(text(try visitor.get("/models/local")).contains("href=\"/models/aurora/vs/local\""))
            // A lead of one battle is no difference.
            try root.execute("delete from battles where outcome = 'left' and id > (select min(id) + 1 from battles)")
            #expect(
                text(try visitor.get("/models/aurora/vs/local")).contains("These battles do not tell the two apart."))
        }
    }
}

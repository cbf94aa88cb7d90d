import Postgres
import TestSupport
import Testing

@Suite("Indexes", .requiresPostgres)
struct IndexTests {
    @Test("no table has the same index twice: each costs every write")
    func duplicates() throws {
        try FilmStage.run { stage in
            let twins: [String] = try stage.superuser.query(
                """
                select string_agg(indexrelid::regclass::text, ', ' order by indexrelid)
                from pg_index
                where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
                group by indrelid, indkey::text, indclass::text, indoption::text, pg_get_expr(indexprs, indrelid),
                    pg_get_expr(indpred, indrelid)
                having count(*) > 1
                """)
            #expect(twins.isEmpty)
        }
    }
}

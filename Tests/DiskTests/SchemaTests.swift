import Postgres
import TestSupport
import Testing

@testable import Disk

@Suite("OPS-09 columns that name objects", .requiresPostgres)
struct NamedMediaSchemaTests {
    /// Columns that end in `_key` and are the keys of voters, limits, settings and events.
    private static let others: Set<String> = [
        "voter_key", "device_key", "unique_key", "reporter_key", "idempotency_key", "event_key", "notice_key",
        "public_key", "auth_key", "network_key", "visitor_key", "api_key", "sealed_key", "request_key",
    ]

    @Test(
        "every column of the schema whose name says that it holds one is known, so that prune never takes it for left over"
    )
    func known() throws {
        try TestDatabase.run { test in
            let found: [String] = try test.database(as: .owner).query(
                """
                select attrelid::regclass::text || '.' || attname
                from pg_attribute
                join pg_class on pg_class.oid = attrelid
                where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
                    and attname like '%\\_key' and atttypid = 'text'::regtype and not attisdropped
                order by 1
                """)
            let known = Set(NamedMedia.columns.map { "\($0.table).\($0.column)" })
            let unknown = found.filter { name in
                !known.contains(name) && !Self.others.contains(String(name.split(separator: ".")[1]))
            }
            #expect(unknown == [])
            #expect(known.subtracting(found) == [])
        }
    }
}

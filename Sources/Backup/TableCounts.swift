internal import Postgres

/// Rows of tables, by which a restored database is compared with the one that was dumped.
enum TableCounts {
    /// The tables of the schema with their rows, and with the sum of the hashes of these if `hashes`.
    static func of(_ connection: Connection, hashes: Bool) throws(DatabaseError) -> [BackupManifest.Table] {
        let names = try connection.query(
            """
            select relname::text
            from pg_class
            where relkind = 'r' and relnamespace = 'public'::regnamespace
            order by relname
            """, as: String.self)
        var tables: [BackupManifest.Table] = []
        for name in names {
            let rows: Int = try connection.one("select count(*) from public.\(identifier: name)")
            tables.append(BackupManifest.Table(name: name, rows: rows, digest: nil))
            guard hashes else { continue }
            tables[tables.count - 1].digest = try connection.one(
                """
                select coalesce(sum(hashtextextended(row::text, 0)::numeric), 0)::text
                from public.\(identifier: name) row
                """)
        }
        return tables
    }

    /// The first difference in words; nil when there is none.
    static func difference(_ found: [BackupManifest.Table], from expected: [BackupManifest.Table]) -> String? {
        let there = Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0) })
        for table in expected {
            guard let other = there[table.name] else { return "the table \(table.name) is missing" }
            guard other.rows == table.rows else {
                return "\(table.name) has \(other.rows) rows in place of \(table.rows)"
            }
            if let digest = table.digest, let found = other.digest, digest != found {
                return "\(table.name) has other rows than the database that was dumped"
            }
        }
        let known = Set(expected.map(\.name))
        return found.first { !known.contains($0.name) }.map { "there is a table \($0.name) too many" }
    }
}

import FoundationEssentials
import Postgres
import TestSupport
import Testing

private enum Mood: String, SQLValue, CaseIterable {
    case calm, wild
}

/// Whether values arrive as they were sent, and what happens to those that cannot.
@Suite("Values", .requiresPostgres)
struct ValueTests {
    private func same<T: SQLValue & RowDecodable & Equatable>(
        _ values: [T], _ database: Database, _ location: SourceLocation = #_sourceLocation
    ) throws {
        for value in values {
            #expect(try database.one("select \(value)") == value, sourceLocation: location)
        }
    }

    private func withDatabase(_ body: (Database) throws -> Void) throws {
        try TestDatabase.run(migrated: false) { try body($0.database(as: .superuser)) }
    }

    @Test("scalars make the round trip")
    func scalars() throws {
        try withDatabase { database throws in
            try same([0, 1, -1, Int.max, Int.min], database)
            try same([0, Int32.max, Int32.min], database)
            try same([0, Int16.max, Int16.min], database)
            try same([0, 1.5, -0.1, .infinity, Double.greatestFiniteMagnitude, .leastNonzeroMagnitude], database)
            try same([true, false], database)
            try same([UUID(), UUID()], database)
            try same([[UInt8](), [0, 255, 0], [UInt8](0...255)], database)
            try same([Int?.none, 7], database)
            try same([String?.none, "", "x"], database)
            #expect(try database.one("select \(Double.nan)", as: Double.self).isNaN)
        }
    }

    @Test("every microsecond of a time survives")
    func microseconds() throws {
        try withDatabase { database throws in
            let start = -3_000_000_000_000_000
            let instants = try database.query(
                """
                select timestamptz '2000-01-01+00' + (\(start) + n * 7777777777777) * interval '1 microsecond'
                from generate_series(1, 700) as n
                """, as: Date.self)
            let back = try database.query(
                """
                select ((extract(epoch from at) - 946684800) * 1000000)::int8
                from unnest(\(instants)) with ordinality as given (at, position)
                order by position
                """, as: Int.self)
            #expect(back == (1...700).map { start + $0 * 7_777_777_777_777 })
            let now = Date(timeIntervalSinceReferenceDate: 816_893_445.123456)
            #expect(
                try database.one("select to_char(\(now) at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS.US')")
                    == "2026-11-20 18:50:45.123456")
        }
    }

    @Test("times and durations at the edges")
    func timeEdges() throws {
        try withDatabase { database throws in
            #expect(try database.one("select \(Date.distantFuture) > now()"))
            let beyond = Date(timeIntervalSinceReferenceDate: .greatestFiniteMagnitude)
            #expect(try database.one("select \(beyond) = 'infinity'"))
            try same([Duration.zero, .microseconds(1), .seconds(-90), .seconds(86_400 * 400)], database)
            #expect(try database.one("select interval '2 days 1 second'") == Duration.seconds(172_801))
            #expect(
                databaseError {
                    try database.one("select interval '1 month' as field", as: Duration.self)
                } == decoding("Duration", "interval with months"))
            #expect(
                databaseError {
                    try database.one("select timestamptz 'infinity' as field", as: Date.self)
                } == decoding("Date", "infinite timestamptz"))
            #expect(
                databaseError {
                    try database.one("select timestamp '2026-01-01' as field", as: Date.self)
                } == decoding("Date", "timestamp"))
        }
    }

    @Test("numerics are read without loss, or refused")
    func numerics() throws {
        let texts = [
            "0", "0.00", "1", "-1", "12.50", "0.0001", "0.00001", "10000", "99999999", "100000000.0001", "-12345.6789",
            "123456789012345678901234567890.123456789", "10000.10000", "0.10", "20000000000000000",
        ]
        try withDatabase { database throws in
            for text in texts {
                #expect(try database.one("select \(text)::numeric") == text)
                #expect(try database.one("select \(text)::numeric", as: Double.self) == Double(text))
            }
            #expect(try database.one("select sum(n) from generate_series(1, 4) as n") == 10)
            #expect(try database.one("select 9223372036854775807::numeric") == Int.max)
            #expect(try database.one("select 12.00::numeric") == 12)
            for text in ["9223372036854775808", "0.5", "NaN", "Infinity"] {
                #expect(databaseError { try database.one("select \(text)::numeric", as: Int.self) } != nil)
            }
        }
    }

    @Test("arrays make the round trip, nulls and empty ones included")
    func arrays() throws {
        try withDatabase { database throws in
            try same([[], [1, 2, 3]], database)
            try same([[Int32](), [1, -1]], database)
            try same([[], ["a", "", "{\"b\"}", "NULL"]], database)
            try same([[UUID]()], database)
            try same([[Date(timeIntervalSince1970: 1.5)]], database)
            try same([[true, false]], database)
            try same([[[UInt8]](), [[1, 2], [], [255]]], database)
            try same([[1, nil, 3], [nil]], database)
            try same([["a", nil]], database)
            #expect(try database.one("select array[1, 2]::smallint[]") == [1, 2])
            #expect(try database.one("select array['a']::varchar[]") == ["a"])
            #expect(
                databaseError {
                    try database.one("select array[1, null] as field", as: [Int].self)
                } == decoding("Array<Int>", "int4[] with a null"))
            #expect(
                databaseError {
                    try database.one("select array[[1], [2]] as field", as: [Int].self)
                } == decoding("Array<Int>", "int4[] of 2 dimensions"))
        }
    }

    @Test("json, enumerations, uuid and name are read as text; a String fits in their place")
    func textLike() throws {
        try withDatabase { database throws in
            try database.execute("create type mood as enum ('calm', 'wild')")
            try database.execute("create table feelings (mood mood, moods mood[], data jsonb, id uuid, day date)")
            try database.execute(
                """
                insert into feelings
                values (\(Mood.wild), array[\(Mood.calm), \(Mood.wild)]::mood[], \(#"{"a": 1}"#), \(UUID().uuidString),
                    \("2026-11-20"))
                """)
            let row: Row = try database.one("select *, mood::text as label from feelings where mood = \(Mood.wild)")
            #expect(try row.value("mood") == Mood.wild)
            #expect(try row.value("moods") == ["calm", "wild"])
            #expect(try row.value("data") == #"{"a": 1}"#)
            #expect(try row.value("data", as: JSONText.self).decode([String: Int].self) == ["a": 1])
            #expect(
                databaseError { try row.value("day", as: String.self) } == decoding("String", "date", column: "day"))
            let calm = try database.one("select \(JSONText(#"{"b": [2]}"#)) ->> 'b'", as: String.self)
            #expect(calm == "[2]")
            #expect(
                databaseError {
                    try database.one("select 'angry' as field", as: Mood.self)
                } == decoding("Mood", "text 'angry'"))
        }
    }

    @Test("a value of another type is an error that names column and type")
    func decodingFaults() throws {
        try withDatabase { database throws in
            let row: Row = try database.one("select 'x' as title, null::int4 as votes, 5000000000 as big, true as yes")
            #expect(databaseError { try row.value("title", as: Int.self) } == decoding("Int", "text", column: "title"))
            #expect(databaseError { try row.value("votes", as: Int.self) } == decoding("Int", "null", column: "votes"))
            #expect(databaseError { try row.value("big", as: Int32.self) } == decoding("Int32", "int8", column: "big"))
            #expect(
                databaseError { try row.value("yes", as: String.self) } == decoding("String", "bool", column: "yes"))
            #expect(
                databaseError { try row.value("gone", as: Int.self) }
                    == decoding("Int", "no such column", column: "gone"))
            #expect(
                databaseError { try row.value(at: 9, as: Int.self) } == decoding("Int", "no such column", column: "#9"))
            #expect(try row.value("votes") == Int?.none)
            #expect(
                databaseError {
                    try database.one("select inet '::1' as field", as: String.self)
                } == decoding("String", "inet"))
            #expect(
                databaseError {
                    try database.one("select row(1, 2)", as: String.self)
                } == decoding("String", "record", column: "row"))
        }
    }

    @Test("one, first and query answer as many rows as they say")
    func rowCounts() throws {
        try withDatabase { database throws in
            #expect(try database.first("select 1 where false", as: Int.self) == nil)
            #expect(try database.first("values (1), (2)") == 1)
            #expect(try database.query("select n from generate_series(1, 3) as n") == [1, 2, 3])
            #expect(
                databaseError {
                    try database.one("select 1 where false", as: Int.self)
                } == .rowCount(expected: 1, found: 0))
            #expect(
                databaseError {
                    try database.one("values (1), (2)", as: Int.self)
                } == .rowCount(expected: 1, found: 2))
            try database.execute("create table counted (n int)")
            #expect(try database.execute("insert into counted select generate_series(1, 5)") == 5)
            #expect(try database.execute("delete from counted where n > \(2)") == 3)
        }
    }

    @Test("COPY fills a table with values of every kind")
    func copies() throws {
        try withDatabase { database throws in
            try database.execute("create table many (id int8, small int4, name text, data jsonb, at timestamptz)")
            let now = Date(timeIntervalSinceReferenceDate: 800_000_000.25)
            let count = try database.transaction { connection throws in
                try connection.copy(1...5_000, into: "many", columns: ["id", "small", "name", "data", "at"]) {
                    id, row in
                    row.append(id)
                    row.append(Int32?.none)
                    row.append("name \(id)\t\\N")
                    row.append(JSONText("[\(id)]"))
                    row.append(now)
                }
            }
            #expect(count == 5_000)
            let row: Row = try database.one(
                "select count(*) as rows, sum(id) as sum, count(small) as smalls, min(at) as first from many")
            #expect(try row.value("rows") == 5_000)
            #expect(try row.value("sum") == 12_502_500)
            #expect(try row.value("smalls") == 0)
            #expect(try row.value("first") == now)
            #expect(try database.one("select name from many where id = 77") == "name 77\t\\N")
            #expect(
                databaseError {
                    try database.withConnection { connection throws in
                        try connection.copy([1], into: "nowhere", columns: ["id"]) { id, row in row.append(id) }
                    }
                } != nil)
            #expect(
                databaseError {
                    try database.withConnection { connection throws in
                        try connection.copy(["x"], into: "many", columns: ["id"]) { text, row in row.append(text) }
                    }
                } != nil)
            #expect(databaseError { try database.execute("copy many from stdin") } != nil)
            #expect(try database.one("select count(*) from many") == 5_000)
        }
    }

    private func decoding(_ expected: String, _ found: String, column: String = "field") -> DatabaseError {
        .decoding(column: column, expected: expected, found: found)
    }
}

import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// Whether interpolation only ever binds.
@Suite("SQL")
struct SQLTests {
    @Test("an interpolated value is a parameter, never text")
    func binds() {
        let name = "'; drop table users; --"
        let sql: SQL = "select 1 from users where name = \(name) and age > \(18)"
        #expect(sql.text == "select 1 from users where name = $1 and age > $2")
        #expect(sql.parameterCount == 2)
    }

    @Test("the parameters of nested statements are numbered on, at any place")
    func nests() {
        let inner: SQL = "a = \(1) or b = \(2)"
        let first: SQL = "select (\(sql: inner)), \(3)"
        #expect(first.text == "select (a = $1 or b = $2), $3")
        let later: SQL = "select \(0), (\(sql: inner)), (\(sql: first)), \(4)"
        #expect(later.text == "select $1, (a = $2 or b = $3), (select (a = $4 or b = $5), $6), $7")
        #expect(later.parameterCount == 7)
    }

    @Test("more than nine parameters are renumbered by their whole numbers")
    func renumbersLongNumbers() {
        let many = (1...11).map { number -> SQL in "\(number)" }.joined(separator: ",")
        #expect(many.text == (1...11).map { "$\($0)" }.joined(separator: ","))
        let shifted: SQL = "\(0):\(sql: many):"
        #expect(shifted.text == "$1:" + (2...12).map { "$\($0)" }.joined(separator: ",") + ":")
    }

    @Test("statements are joined and added")
    func joins() {
        let conditions: [SQL] = ["a = \(1)", "b is null", "c = \("x")"]
        #expect(conditions.joined(separator: " and ").text == "a = $1 and b is null and c = $2")
        #expect(("select \(1)" + ", \(2)" as SQL).text == "select $1, $2")
    }

    @Test("an identifier is quoted and cannot leave its quotes")
    func quotesIdentifiers() {
        let sql: SQL = "listen \(identifier: "a\"; drop table users; --")"
        #expect(sql.text == "listen \"a\"\"; drop table users; --\"")
    }

    @Test("neither description nor debugDescription shows a bound value")
    func hidesValues() {
        let sql: SQL = "select \("secret-token")"
        #expect(!"\(sql)".contains("secret") && !String(reflecting: sql).contains("secret"))
    }

    @Test("SQL-looking text comes back as the same text", .requiresPostgres)
    func survivesSQLLookingText() throws {
        let texts = [
            "'; drop table victims; --", "$1", "\\", "\\'", "''", "\"", "%s", "\u{1F3AC} émigré", "", "null", "{1,2}",
            "E'\\x41'", "/* */", "a\nb\r\tc", String(repeating: "x'", count: 5_000),
        ]
        try TestDatabase.run(migrated: false) { test throws in
            let database = test.database(as: .superuser)
            try database.execute("create table victims (id int, text text)")
            for (index, text) in texts.enumerated() {
                try database.execute("insert into victims values (\(index), \(text))")
                #expect(try database.one("select text from victims where text = \(text)") == text)
            }
            #expect(try database.query("select text from victims order by id") == texts)
            #expect(try database.one("select \(texts)") == texts)
        }
    }

    @Test("text with a NUL is refused before anything is sent", .requiresPostgres)
    func refusesNUL() throws {
        try TestDatabase.run(migrated: false) { test throws in
            let database = test.database(as: .superuser)
            #expect(
                databaseError {
                    try database.execute("select \(1), \("admin\0.txt")")
                } == .encoding(parameter: 2, reason: "text with a NUL character"))
            let inner: SQL = "\(2), \("a\0b")"
            #expect(
                databaseError {
                    try database.execute("select \(1), \(sql: inner)")
                } == .encoding(parameter: 3, reason: "text with a NUL character"))
            #expect(try database.one("select 1") == 1)
        }
    }
}

import Testing

@testable import HTTP

@Suite("Schemas")
struct SchemaTests {
    private static let order = Schema.object([
        .required("clipId", .uuid), .optional("kind", .choice(["standard", "super"])),
        .optional("title", .text(1...5)), .optional("notes", .text(0...10, lines: .many)),
        .optional("count", .integer(1...3)), .optional("share", .number(0...1)), .optional("on", .boolean),
        .optional("at", .dateTime), .optional("site", .url), .optional("mail", .email),
        .optional("list", .array(.object([.required("id", .integer())]), count: 1...2)),
        .optional("map", .map(.integer(0...9))), .optional("either", .oneOf([.integer(), .string(2...3)])),
        .optional("free", .any),
        .optional(
            "slug",
            .string(
                1...9,
                pattern: Pattern("^[a-z]+$", explanation: "must be letters") {
                    $0.allSatisfy { ("a"..."z").contains($0) }
                })),
    ])
    private static let id: JSONValue = "0a1b2c3d-0000-4000-8000-00000000abcd"

    private func faults(_ members: [String: JSONValue]) -> [FieldFault] {
        Self.order.faults(in: .object(["clipId": Self.id].merging(members) { _, new in new }))
    }

    @Test(
        "SEC-05 what a schema allows passes",
        arguments: [
            [:], ["kind": "super"], ["title": "Übung"], ["notes": "a\nb\tc"], ["notes": ""], ["count": 3],
            ["count": 2.0], ["share": 0.25], ["share": 1], ["on": false], ["at": "2026-01-02T03:04:05Z"],
            ["site": "https://example.org/a?b"], ["mail": "a@b.example"], ["list": [["id": 1], ["id": 2]]],
            ["map": ["a": 1, "b": 9]], ["either": 5], ["either": "ab"], ["free": ["deep": [nil]]], ["slug": "abc"],
            ["title": nil], ["list": nil], ["title": "👩‍👩‍👧"],
        ] as [[String: JSONValue]])
    func passes(_ members: [String: JSONValue]) {
        #expect(faults(members).isEmpty)
    }

    @Test(
        "SEC-05 a fault names the field by its path, with a code and a sentence",
        arguments: [
            (["clipId": "x"], "clipId", "uuid"), (["clipId": nil], "clipId", "type"), (["clipId": 5], "clipId", "type"),
            (["kind": "mega"], "kind", "choice"), (["title": ""], "title", "empty"),
            (["title": "  "], "title", "empty"), (["title": "\u{200B}\u{2060} "], "title", "empty"),
            (["title": "\u{202E}"], "title", "empty"), (["title": "\u{2800}\u{2800}"], "title", "empty"),
            (["title": "\u{3164}"], "title", "empty"), (["title": "\u{180E} \u{FFA0}"], "title", "empty"),
            (["title": "abcdef"], "title", "too_long"), (["title": "a\nb"], "title", "control"),
            (["title": "a\u{1b}"], "title", "control"), (["title": "a\u{0}"], "title", "nul"),
            (["notes": "a\u{7f}"], "notes", "control"), (["count": 0], "count", "too_small"),
            (["count": 4], "count", "too_large"), (["count": 1.5], "count", "type"), (["count": "1"], "count", "type"),
            (["share": 1.01], "share", "too_large"), (["on": 1], "on", "type"), (["at": "soon"], "at", "date-time"),
            (["site": "javascript:alert(1)"], "site", "uri"), (["site": "https:///x"], "site", "uri"),
            (["mail": "a b@c"], "mail", "email"), (["list": []], "list", "too_few"),
            (["list": [1, 2, 3]], "list", "too_many"), (["list": [["id": 1], ["id": "x"]]], "list[1].id", "type"),
            (["list": [["other": 1, "id": 1]]], "list[0].other", "unknown"), (["map": ["a": 10]], "map.a", "too_large"),
            (["either": "a"], "either", "too_short"), (["either": true], "either", "type"),
            (["free": ["deep": ["a\u{0}"]]], "free.deep[0]", "nul"), (["slug": "A"], "slug", "pattern"),
            (["unheard": 1], "unheard", "unknown"),
            (["title": .string(String(repeating: "x", count: 1_000_000))], "title", "too_long"),
        ] as [([String: JSONValue], String, String)])
    func refuses(_ members: [String: JSONValue], _ path: String, _ code: String) {
        let found = faults(members)
        #expect(found.map(\.field) == [path])
        #expect(found.map(\.code) == [code])
        #expect(found.allSatisfy { $0.message.hasPrefix("“\(path)” ") && $0.message.hasSuffix(".") })
    }

    @Test("SEC-05 every fault is reported at once, up to a bound")
    func reportsAll() {
        #expect(Set(faults(["count": 9, "share": 9, "zzz": 1]).map(\.field)) == ["count", "share", "zzz"])
        let many = Dictionary(uniqueKeysWithValues: (0..<500).map { ("unknown\($0)", JSONValue.integer($0)) })
        #expect(faults(many).count == Schema.faultLimit)
        #expect(Self.order.faults(in: [:]).map(\.code) == ["required"])
        #expect(Self.order.faults(in: []).map(\.field) == [""])
    }

    @Test("lengths count code points, as JSON Schema does")
    func countsCodePoints() {
        let rule = Schema.string(2...2)
        #expect(rule.faults(in: "é😀").isEmpty)
        #expect(rule.faults(in: "e\u{301}").isEmpty)
        #expect(rule.faults(in: "😀").map(\.code) == ["too_short"])
    }

    @Test("SEC-05 what an open object does not name is looked at, however few members there are")
    func unnamedMembers() {
        let schema = Schema.openObject([.optional("a", .string()), .optional("b", .string())])
        #expect(schema.faults(in: ["x": "\u{0}"]).map(\.code) == ["nul"])
        #expect(schema.faults(in: ["a": "1", "x": "2"]).isEmpty)
        let closed = Schema.object([.optional("a", .string()), .optional("b", .string())])
        #expect(closed.faults(in: ["a": "1", "x": "2"]).map(\.field) == ["x"])
    }
}

import FoundationEssentials
import Testing

@testable import HTTP

@Suite("JSON")
struct JSONTests {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }

    @Test(
        "SEC-05 well-formed text is read",
        arguments: [
            ("null", JSONValue.null), (" true ", .bool(true)), ("-0", .integer(0)), ("12", .integer(12)),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("1.5e2", .number(150)), ("\"a\\u00e9\\n\\/\"", .string("aé\n/")), ("\"\\ud83d\\ude00\"", .string("😀")),
            ("[1,[ ],{}]", [1, [], [:]]), (#"{"a":{"b":[null]}}"#, ["a": ["b": [nil]]]),
            ("\"\u{202E}emoji 👩‍👩‍👧\"", .string("\u{202E}emoji 👩‍👩‍👧")),
        ] as [(String, JSONValue)])
    func reads(_ text: String, _ value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test(
        "SEC-05 malformed text is refused",
        arguments: [
            "", " ", "nul", "tru", "01", "1.", ".5", "+1", "1e", "- 1", "0x1", "NaN", "1e999", "\"", "\"a", "\"\\x\"",
            "\"\\u12\"", "\"\\u+123\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"tab\there\"",
            "\"nul\u{0}\"",
            "[", "[1", "[1,", "[1,]", "[,1]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}", "{1:1}",
            "{} {}",
            "[1] x", "'a'", "{\"a\":1,\"a\":2}", "\u{FEFF}{}",
        ])
    func refuses(_ text: String) {
        #expect(throws: JSONParser.Fault.self) { try parse(text) }
    }

    @Test("SEC-05 bytes that are not UTF-8 are refused at any place")
    func refusesInvalidUTF8() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x80]] {
            #expect(throws: JSONParser.Fault.self) { try JSONParser.parse(bytes) }
        }
    }

    @Test("SEC-05 nesting is bounded, so that no text exhausts a stack")
    func boundsNesting() throws {
        let limit = JSONParser.depthLimit
        let deepest = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
        #expect(throws: Never.self) { try parse(deepest) }
        #expect(throws: JSONParser.Fault.self) { try parse("[" + deepest + "]") }
        #expect(throws: JSONParser.Fault.self) { try parse(String(repeating: "[", count: 1_000_000)) }
        #expect(throws: JSONParser.Fault.self) { try parse(String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test("values are written sorted, and read back as they were")
    func writes() throws {
        let value: JSONValue = [
            "z": [1, -2.5, true, nil], "a": "quote \" back \\ line \n bell \u{7} slash / é 😀", "whole": 3.0,
        ]
        let text = String(decoding: value.bytes, as: UTF8.self)
        #expect(
            text
                == #"{"a":"quote \" back \\ line \n bell \u0007 slash / é 😀","whole":3,"z":[1,-2.5,true,null]}"#)
        #expect(try parse(text)["a"] == value["a"])
        #expect(try parse(text)["z"] == value["z"])
    }

    private struct Sample: Decodable {
        struct Inner: Decodable, Equatable {
            let name: String?
            let count: Int32
        }
        enum Kind: String, Decodable { case standard, mega }
        let id: UUID
        let at: Date
        let kind: Kind
        let items: [Inner]
        let map: [String: Double]
        let any: JSONValue
    }

    private static let sample: JSONValue = [
        "id": "0a1b2c3d-0000-4000-8000-00000000abcd", "at": "2026-01-02T03:04:05.678Z", "kind": "mega",
        "items": [["count": 1], ["count": -7, "name": "b"]], "map": ["half": 0.5], "any": ["k": [1]],
    ]

    @Test("types are decoded")
    func decodes() throws {
        let sample = try Self.sample.decode(Sample.self)
        #expect(sample.id.uuidString == "0A1B2C3D-0000-4000-8000-00000000ABCD" && sample.kind == .mega)
        #expect(sample.items == [.init(name: nil, count: 1), .init(name: "b", count: -7)] && sample.any == ["k": [1]])
        #expect(abs(sample.at.timeIntervalSince1970 - 1_767_323_045.678) < 0.001)
    }

    @Test(
        "SEC-05 a fault of decoding names the field",
        arguments: [
            (["items": [["count": "x"]]], "items[0].count"),
            (["items": [["count": 3_000_000_000]]], "items[0].count"),
            (["id": "no"], "id"), (["at": "yesterday"], "at"), ([:], "id"), (["items": 3], "items"),
        ] as [(JSONValue, String)])
    func namesFields(_ changes: JSONValue, _ path: String) throws {
        guard case .object(var members) = Self.sample, case .object(let changed) = changes else {
            return
        }
        members.merge(changed) { _, new in new }
        if changed.isEmpty { members["id"] = nil }
        do {
            _ = try JSONValue.object(members).decode(Sample.self)
            Issue.record("nothing was wrong")
        } catch let error as DecodingError {
            #expect(InputReader.problem(for: error).details.map(\.field) == [path])
        }
    }
}

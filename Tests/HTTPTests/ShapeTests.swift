import FoundationEssentials
import Testing

@testable import HTTP

@Suite("Shapes")
struct ShapeTests {
    private struct Person: Shaped {
        let id: Int
        let name: String?

        static let shape = Shape<Person>("Person") {
            Field("id", \.id, .integer(1...9), "A number.")
            Field("name", \.name)
        }
    }

    private struct Note: Shaped {
        let author: Person
        let reader: Person?
        let clipIDs: [UUID]
        let avatarURL = "/a"

        static let shape = Shape<Note>("Note") {
            Including(\.author)
            Field("reader", \.reader, "Null for a note to all.")
            Field("clipIDs", \.clipIDs)
            Field("avatarURL", \.avatarURL)
        }
    }

    @Test(
        "names in JSON are derived from Swift's",
        arguments: [
            ("clipID", "clipId"), ("clipIDs", "clipIds"), ("avatarURL", "avatarUrl"), ("id", "id"), ("urls", "urls"),
            ("URLs", "urls"), ("votedClipIDs", "votedClipIds"), ("isAIGenerated", "isAiGenerated"),
            ("costUSD", "costUsd"),
            ("aiGenerated", "aiGenerated"), ("idOfSeason", "idOfSeason"), ("HTMLPage", "htmlPage"),
        ])
    func names(swift: String, json: String) {
        #expect(JSONName.derived(from: swift) == json)
    }

    @Test("a shape writes what it describes; what is absent is null")
    func writes() throws {
        let id = try #require(UUID(uuidString: "0A1B2C3D-0000-4000-8000-00000000ABCD"))
        let note = Note(author: Person(id: 1, name: nil), reader: nil, clipIDs: [id])
        #expect(
            note.json == [
                "id": 1, "name": .null, "reader": .null, "clipIds": ["0a1b2c3d-0000-4000-8000-00000000abcd"],
                "avatarUrl": "/a",
            ])
        #expect(Note.schema.faults(in: note.json).isEmpty)
        let other = Note(author: Person(id: 12, name: "b"), reader: Person(id: 2, name: "c"), clipIDs: [])
        #expect(Note.schema.faults(in: other.json).map(\.field) == ["id"], "the range of the declaration holds")
    }

    @Test("a nullable reference leaves the named form as it is")
    func references() {
        let route = Route.get("/api/note", access: .any, answers: [200: Note.schema], summary: "x") { _ in
            Response.noContent
        }
        let document = OpenAPI.document(routes: [route], title: "x", version: "1")
        let schemas = document["components"]?["schemas"]
        #expect(schemas?["Person"]?["type"] == "object")
        #expect(schemas?["Person"]?["description"] == nil)
        #expect(
            schemas?["Note"]?["properties"]?["reader"] == [
                "anyOf": [["$ref": "#/components/schemas/Person"], ["type": "null"]],
                "description": "Null for a note to all.",
            ])
    }

    private struct Inner: InputShape, InputValue {
        @Input(.text(1...5)) var word: String
    }

    private struct Shared: InputShape {
        @Input("How often.") var times: Int?
    }

    private struct Body: InputShape {
        enum Kind: String, InputValue, CaseIterable { case one, two }

        @Input var clipID: UUID
        @Input var kind: Kind
        @Input(.array(Inner.schema, count: 0...2)) var inner: [Inner]?
        @Input(.integer(1...9), "Null for no limit.") var limit: Int??
        @InputGroup var shared: Shared
    }

    private static let id = "0a1b2c3d-0000-4000-8000-00000000abcd"

    @Test("SEC-05 a body is read by its declaration")
    func reads() throws {
        let body = try read([
            "clipId": .string(Self.id), "kind": "two", "inner": [["word": "a"]], "limit": .null, "times": 3,
        ])
        #expect(body.clipID.uuidString.lowercased() == Self.id && body.kind == .two && body.shared.times == 3)
        #expect(body.inner?.map(\.word) == ["a"])
        #expect(body.limit == .some(.none), "null says that there is to be none")
        let bare = try read(["clipId": .string(Self.id), "kind": "one", "inner": .null])
        #expect(bare.inner == nil && bare.limit == .none && bare.shared.times == nil)
    }

    private func read(_ value: JSONValue) throws -> Body {
        #expect(Body.schema.faults(in: value).isEmpty)
        return try value.decode(Body.self)
    }

    @Test(
        "SEC-05 what a body must not hold is named",
        arguments: [
            (["kind": "one"], "clipId"), (["clipId": "x", "kind": "one"], "clipId"),
            (["clipId": .string(id), "kind": "three"], "kind"), (["clipId": .string(id), "kind": .null], "kind"),
            (["clipId": .string(id), "kind": "one", "inner": [["word": ""]]], "inner[0].word"),
            (["clipId": .string(id), "kind": "one", "limit": 0], "limit"),
            (["clipId": .string(id), "kind": "one", "clipID": 1], "clipID"),
        ] as [(JSONValue, String)])
    func refuses(value: JSONValue, field: String) {
        #expect(Body.schema.faults(in: value).map(\.field) == [field])
    }

    @Test("the pages' types follow from the named forms")
    func types() {
        let route = Route.post("/api/note", access: .any, body: Body.self, answers: [200: Note.schema], summary: "x") {
            _, _ in Response.noContent
        }
        let text = TypeScript.declarations(routes: [route])
        #expect(
            text.contains(
                """
                export interface Note {
                  /** A number. */
                  id: number;
                  name: string | null;
                  /** Null for a note to all. */
                  reader: Person | null;
                  clipIds: string[];
                  avatarUrl: string;
                }
                """))
        #expect(
            text.contains(
                """
                export interface Body {
                  clipId: string;
                  kind: "one" | "two";
                  inner?: Inner[] | null;
                  /** Null for no limit. */
                  limit?: number | null;
                  /** How often. */
                  times?: number | null;
                }
                """))
        #expect(text.contains("export interface Inner {\n  word: string;\n}\n"))
    }

    private func route(_ path: String, _ answer: Schema) -> Route {
        .get(path, access: .any, answers: [200: answer], summary: "x") { _ in Response.noContent }
    }

    @Test("types are TypeScript for unusual names, words and texts too")
    func unusualTypes() {
        let odd = Schema.openObject([
            .required("media-type", .string(), "Such as image/*/x."), .required("2d", .boolean),
            .optional("words", .array(.choice(["a\"b", "c"]))), .required("anything", Schema.any.nullable),
            .required("inner", .array(.object([.required("by", .map(.integer()))]))),
        ]).named("Odd")
        let text = TypeScript.declarations(routes: [
            route("/api/odd", odd), route("/api/size", Schema.choice(["s", "m"]).named("Size")),
        ])
        #expect(
            text.contains(
                """
                export interface Odd {
                  /** Such as image/*\\/x. */
                  "media-type": string;
                  "2d": boolean;
                  words?: ("a\\"b" | "c")[] | null;
                  anything: unknown;
                  inner: {
                    by: Record<string, number>;
                  }[];
                  [member: string]: unknown;
                }

                export interface Problem {
                """))
        #expect(text.contains("export type Size = \"s\" | \"m\";\n"))
    }

    @Test("two different forms of one name are found; one form in two places is none")
    func clashes() {
        let small = Schema.object([.required("id", .integer(1...9))]).named("Thing")
        let large = Schema.object([.required("id", .integer(1...99))]).named("Thing")
        let holder = Schema.object([.required("things", .array(large.nullable.meaning("None.")))]).named("Holder")
        #expect(NamedForms(routes: [route("/api/a", small), route("/api/b", holder)]).clashes == ["Thing"])
        #expect(NamedForms(routes: [route("/api/a", large), route("/api/b", holder)]).clashes == [])
    }
}

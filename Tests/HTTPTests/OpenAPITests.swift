import Testing

@testable import HTTP

@Suite("OpenAPI")
struct OpenAPITests {
    private static let routes: [Route] = [
        .get(
            "/api/clip/[id]", access: .any,
            query: [.limit(default: 8, cap: 20), .list("excludeIds", of: .uuid, "Clips to leave out.")],
            answers: [200: Schema.object([.required("votes", .array(Site.Vote.schema))]).named("Clip")],
            features: ["CLIP-06"], summary: "A clip."
        ) { _ in Response.noContent },
        .post("/api/clip/[id]", access: .member, body: Site.Vote.self, answers: [201: nil], summary: "Votes.") { _, _ in
            Response.noContent
        },
        .get("/internal/x", access: .internal_, summary: "x") { _ in Response.noContent },
        .get("/files/[...path]", access: .any, summary: "f") { _ in Response.noContent },
    ]

    private var document: JSONValue { OpenAPI.document(routes: Self.routes, title: "T", version: "1") }

    @Test("the document holds what the routes declare, and no internal route")
    func paths() {
        let paths = document["paths"]
        #expect(document["openapi"] == "3.1.0")
        #expect(paths?["/internal/x"] == nil)
        #expect(paths?["/files/{path}"]?["get"]?["parameters"]?[0]?["name"] == "path")
        let get = paths?["/api/clip/{id}"]?["get"]
        #expect(get?["summary"] == "A clip.")
        #expect(get?["x-features"] == ["CLIP-06"])
        #expect(get?["parameters"]?[0]?["in"] == "path")
        #expect(get?["parameters"]?[1]?["schema"]?["default"] == 8)
        #expect(get?["parameters"]?[2]?["explode"] == false)
        let post = paths?["/api/clip/{id}"]?["post"]
        let body = post?["requestBody"]?["content"]?["application/json"]?["schema"]
        #expect(body == ["$ref": "#/components/schemas/Vote"])
        #expect(post?["security"]?[0] == ["session": [], "csrf": []])
    }

    @Test("the components contain each named schema once, and closed objects say so")
    func components() {
        let vote = document["components"]?["schemas"]?["Vote"]
        #expect(vote?["additionalProperties"] == false)
        #expect(vote?["required"] == ["clipId"])
        #expect(vote?["properties"]?["clipId"]?["format"] == "uuid")
        #expect(vote?["properties"]?["note"]?["type"] == ["string", "null"])
        #expect(vote?["properties"]?["note"]?["maxLength"] == 20)
        let clip = document["components"]?["schemas"]?["Clip"]
        #expect(clip?["properties"]?["votes"]?["items"] == ["$ref": "#/components/schemas/Vote"])
        #expect(document["components"]?["schemas"]?["Problem"]?["required"]?[0] == "title")
    }
}

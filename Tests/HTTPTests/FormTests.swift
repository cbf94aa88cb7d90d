import FoundationEssentials
import Testing

@testable import HTTP

@Suite("Plain forms")
struct FormTests {
    struct Choice: InputShape {
        @Input(.text(1...20, lines: .many)) var name: String
        @Input(.integer(0...150)) var age: Int?
        @Input(.number(0...1)) var share: Double?
        @Input var sound: Bool?
        @Input(.array(.string(1...10), count: 1...3)) var tags: [String]?
    }

    struct Palette: InputShape {
        @Input(.array(.string(1...10), count: 0...3)) var colours: [String]
    }

    private static let back = FormReturn.backTo("/choose", saying: "chosen")

    private static func route(_ method: HTTP.Method = .patch, form: FormReturn? = back) -> Route {
        let plain: Route =
            method == .patch
            ? .patch("/api/choice", access: .any, body: Choice.self, summary: "Chooses.") { _, input in
                Response.json(["name": input.name]).setting(SetCookie("kept", "1", maxAge: nil, isSecure: true))
            }
            : .post("/api/choice", access: .any, body: Choice.self, summary: "Chooses.") { _, input -> Response in
                throw Problem.conflict("taken", "Somebody has \(input.name).")
            }
        return form.map(plain.acceptingForms) ?? plain
    }

    private func value(_ form: String) throws -> JSONValue {
        try InputReader.formValue(Query(form), Choice.schema)
    }

    @Test("WEB-01 a form's fields become the JSON that the schema requires")
    func conversion() throws {
        #expect(
            try value("name=Ann+B&age=7&share=0.5&sound=on&tags=a&tags=b&csrfToken=x&next=%2F")
                == ["name": "Ann B", "age": 7, "share": 0.5, "sound": true, "tags": ["a", "b"]])
        #expect(
            try value("name=a%0D%0Ab&age=&tags=&sound=false") == ["name": "a\nb", "sound": false],
            "what is empty is left out")
        #expect(try InputReader.formValue(Query("csrfToken=x"), Palette.schema) == ["colours": []])
        #expect(try value("name=a&sound=false&sound=true")["sound"] == true, "a checked box outweighs its hidden field")
        #expect(try value("name=a&age=x")["age"] == "x", "the schema says what is wrong")
        #expect(try value("name=a&other=1")["other"] == "1", "the schema refuses it")
        let problem = #expect(throws: Problem.self) { try value("name=%ZZ") }
        #expect(problem?.status == 400)
    }

    private func post(_ site: Site, _ form: String, type: String = "application/x-www-form-urlencoded") -> Response {
        site.post("/api/choice", form, type: type)
    }

    @Test("WEB-01 a posted form reaches a route of another method and leads to a page, with the cookies")
    func success() throws {
        let site = try Site([Self.route()])
        let answer = post(site, "name=Ann")
        #expect(answer.status == 303 && answer.headers["Location"] == "/choose?done=chosen")
        #expect(answer.headers["Set-Cookie"]?.hasPrefix("kept=1") == true)
        #expect(answer.bytes?.isEmpty == true)
        #expect(answer.headers["Cache-Control"] == "private, no-store")
        // A program that sends JSON by PATCH gets JSON, and by POST is told that there is no such method.
        let json = site.post("/api/choice", #"{"name":"Ann"}"#, method: .patch)
        #expect(json.status == 200 && json.json?["name"] == "Ann")
        #expect(site.post("/api/choice", #"{"name":"Ann"}"#).status == 405)
        // A program that sends nothing, under the type that some give to nothing.
        let bare = Route.post("/api/out", access: .any, summary: "Leaves.") { _ in Response.noContent }
        let empty = try Site([bare.acceptingForms(Self.back)])
        #expect(empty.post("/api/out", "", type: "application/x-www-form-urlencoded").status == 204)
        #expect(empty.post("/api/out", "csrfToken=x", type: "application/x-www-form-urlencoded").status == 303)
        let onward = try Site([
            Self.route(form: .backTo("/choose", thenNext: { $0 == "/story" ? "/story" : "/" }))
        ])
        #expect(post(onward, "name=Ann&next=/story").headers["Location"] == "/story")
        #expect(post(onward, "name=Ann&next=//evil.example").headers["Location"] == "/")
    }

    @Test("WEB-01 SEC-01 a refused form shows its page again, with what was typed and the problem's status")
    func refusals() throws {
        func refused(_ site: Site, _ form: String) -> Response { post(site, form) }
        let site = try Site([Self.route()], hasPages: true)
        #expect(refused(site, "name=&age=200").text == "form /choose /api/choice 422 [age, name] name=,age=200")
        #expect(refused(site, "name=a&age=x").status == 422)
        #expect(refused(site, "name=" + String(repeating: "a", count: 70_000)).status == 413)
        #expect(refused(site, "name=%ZZ").status == 400)
        #expect(
            refused(try Site([Self.route(.post)], hasPages: true), "name=a").text.hasPrefix(
                "form /choose /api/choice 409"))
        let forged = try Site([Self.route()], isTokenValid: false, hasPages: true)
        #expect(refused(forged, "name=Ann").text == "form /choose /api/choice 403 [] name=Ann")
        // Other types, and routes that take no forms, are refused as for programs.
        #expect(post(site, "name=Ann", type: "multipart/form-data").status == 405)
        #expect(
            post(try Site([Self.route(.post)], hasPages: true), "name=Ann", type: "text/plain").code
                == "unsupported_media_type")
        #expect(post(try Site([Self.route(.post, form: nil)]), "name=Ann").code == "unsupported_media_type")
        #expect(post(try Site([Self.route(form: nil)]), "name=Ann").status == 405)
    }

    @Test("SEC-01 a form sends its token in a field, a module in the header")
    func token() {
        let form = Request(
            .post, "/", headers: ["Content-Type": "application/x-www-form-urlencoded"], body: Array("csrfToken=a".utf8))
        #expect(form.formToken == "a")
        let json = Request(
            .post, "/", headers: ["Content-Type": "application/json"], body: Array(#"{"csrfToken":"a"}"#.utf8))
        #expect(json.formToken == nil)
        #expect(Request(.post, "/", headers: ["X-CSRF-Token": "b"]).formToken == "b")
    }
}

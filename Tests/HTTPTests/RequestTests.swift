import Testing

@testable import HTTP

@Suite("Requests and their parts")
struct RequestTests {
    @Test(
        "SEC-05 queries are decoded strictly",
        arguments: [
            ("a=1&b=2", ["a": "1", "b": "2"]), ("a=x+y%20z", ["a": "x y z"]), ("a", ["a": ""]),
            ("a=&&b=%C3%A9", ["a": "", "b": "é"]),
            ("a=b=c", ["a": "b=c"]), ("", [:]),
        ])
    func queries(_ raw: String, _ values: [String: String]) {
        let query = Query(raw)
        #expect(!query.isMalformed)
        #expect(Dictionary(query.pairs.map { ($0.name, $0.value) }) { first, _ in first } == values)
    }

    @Test("SEC-05 broken queries are marked", arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%00", "%c0%80=1"])
    func brokenQueries(_ raw: String) {
        #expect(Query(raw).isMalformed)
    }

    @Test("SEC-05 a query of too many pairs is refused")
    func manyPairs() {
        let most = Array(repeating: "a=1", count: Query.pairLimit).joined(separator: "&")
        #expect(!Query(most).isMalformed)
        #expect(Query(most + "&a=1").isMalformed)
    }

    @Test("headers compare without case, keep their order, and let no line break through")
    func headers() {
        var headers: Headers = ["Content-Type": "text/html"]
        headers.add("Set-Cookie", "a=1")
        headers.add("set-cookie", "b=2")
        #expect(headers["CONTENT-TYPE"] == "text/html")
        #expect(headers.values("Set-Cookie") == ["a=1", "b=2"])
        headers["X-Evil"] = "x\r\nSet-Cookie: session=forged\u{0}"
        #expect(headers["X-Evil"] == "xSet-Cookie: session=forged")
        headers["set-COOKIE"] = nil
        #expect(headers.values("Set-Cookie").isEmpty)
    }

    @Test("cookies: the first of equal names counts, quotes and spaces fall away")
    func cookies() {
        let cookies = Cookies([#"a=1; b="two" ;a=3; broken; c=x=y"#, "d=4"])
        #expect(cookies["a"] == "1" && cookies["b"] == "two" && cookies["c"] == "x=y" && cookies["d"] == "4")
        #expect(cookies["broken"] == nil)
    }

    @Test("SEC-05 cookies are split by bytes, with any character next to a semicolon")
    func oddCookies() {
        let cookies = Cookies(["a=1;\u{301}b=2;\t c \t=\t 3 \t; d=\"; e=\"\"; =f; g=;; h=é\u{FFFD}"])
        #expect(cookies["a"] == "1" && cookies["\u{301}b"] == "2" && cookies["c"] == "3" && cookies["d"] == "\"")
        #expect(cookies["e"] == "" && cookies[""] == "f" && cookies["g"] == "" && cookies["h"] == "é\u{FFFD}")
    }

    @Test(
        "SEC-05 a target is parted at its first question mark",
        arguments: [
            ("/x", "/x", ""), ("/x?", "/x", ""), ("/x?a=1?b", "/x", "a=1?b"), ("?a", "", "a"), ("", "", ""),
            ("/x?\u{301}=1", "/x", "\u{301}=1"),
        ])
    func targets(_ target: String, _ path: String, _ query: String) {
        let request = Request(.get, target)
        #expect(request.path == path && request.query.raw == query)
    }

    @Test("of equal parameters of the web server the first counts")
    func serverParameters() {
        var server: ServerParameters = ["A": "1", "B": "2", "A": "3"]
        server.add("B", "4")
        server.add("C", "5")
        #expect(server["A"] == "1" && server["B"] == "2" && server["C"] == "5" && server["a"] == nil)
    }

    @Test("cookies are set HttpOnly, SameSite and for the whole site")
    func setsCookies() {
        let cookie = SetCookie("__Host-session", "abc", maxAge: 60, isSecure: true)
        #expect(cookie.header == "__Host-session=abc; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax")
        let plain = SetCookie("t", "1", maxAge: nil, isSecure: false, isHTTPOnly: false, sameSite: .strict)
        #expect(plain.header == "t=1; Path=/; SameSite=Strict")
    }

    @Test("OPS-04 only well-formed request ids are taken over")
    func requestIDs() {
        for id in ["0123456789abcdef", "A-valid_id-of-38-characters-0123456789"] {
            #expect(RequestID.accepting(id) == id)
        }
        for id in [
            nil, "", "short", "white space here", "line\nbreak00", "quote\"quote", String(repeating: "a", count: 65),
            "ümläut-ümläut",
        ] {
            let made = RequestID.accepting(id)
            #expect(made != id && made.count == 32)
        }
        #expect(RequestID.new() != RequestID.new())
    }

    @Test("the body's media type and the bearer token are read from their headers")
    func headersOfMeaning() {
        let request = Request(
            .post, "/x", headers: ["Content-Type": "Application/JSON; charset=utf-8", "Authorization": "bearer  k"])
        #expect(request.contentType == "application/json")
        #expect(request.bearerToken == " k")
        #expect(Request(.get, "/x", headers: ["Authorization": "Basic abc"]).bearerToken == nil)
    }

    @Test("methods keep their token")
    func methods() {
        for token in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "get"] {
            #expect(Method(token).description == token)
        }
        #expect(Method("get") != .get && Method("PROPFIND").isMutation && !Method.head.isMutation)
    }
}

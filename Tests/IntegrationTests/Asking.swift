@testable internal import HTTP

/// One request as a test words it, before a depth turns it into what that depth understands.
struct Asking {
    var method: Method
    var target: String
    var headers: Headers
    var body: [UInt8]
    var address: String
}

/// One answer, from a route or through the whole host.
struct Answer {
    let status: Int
    let headers: Headers
    let body: [UInt8]

    /// The body as JSON; null when it is none.
    var json: JSONValue { (try? JSONParser.parse(body)) ?? .null }
    /// The stable word of a problem.
    var code: String? { json["code"]?.text }
}

/// Somebody with a browser: keeps cookies, knows the form token, has an address.
final class Visitor {
    let site: Site
    let address: String
    var agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    private(set) var cookies: [String: String] = [:]
    private(set) var token: String?
    private var key: String?

    init(site: Site, address: String) {
        self.site = site
        self.address = address
    }

    /// Reads.
    func get(_ target: String, headers: Headers = [:]) throws -> Answer { try send(.get, target, headers: headers) }

    /// Sends JSON as the site's own pages do.
    func send(_ method: Method, _ target: String, _ json: JSONValue? = nil, headers: Headers = [:]) throws -> Answer {
        try sendBytes(
            method, target, json?.bytes ?? [], type: json == nil ? nil : "application/json", headers: headers)
    }

    /// Sends any body, for what must be refused.
    func sendBytes(
        _ method: Method, _ target: String, _ body: [UInt8], type: String?, headers: Headers = [:]
    ) throws -> Answer {
        var all: Headers = [
            "User-Agent": agent, "Accept-Language": "en-GB,en;q=0.7", "Accept-Encoding": "identity",
            "Sec-Fetch-Site": "same-origin",
        ]
        if let type { all["Content-Type"] = type }
        if let token, method.isMutation { all["X-CSRF-Token"] = token }
        if !cookies.isEmpty { all["Cookie"] = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
        if let key { all["Authorization"] = "Bearer " + key }
        for field in headers.fields { all[field.name] = field.value }
        let answer = try site.answer(
            to: Asking(method: method, target: target, headers: all, body: body, address: address))
        for line in answer.headers.values("Set-Cookie") { keep(line) }
        return answer
    }

    /// Fetches a form token, and with it the voter cookie.
    @discardableResult
    func ready() throws -> Visitor {
        let answer = try get("/api/csrf")
        guard let token = answer.json["token"]?.text else { throw SiteFault("no form token: \(answer)") }
        self.token = token
        return self
    }

    /// Signs in by a link that an operator makes.
    @discardableResult
    func signIn(_ username: String, isAdmin: Bool = false) throws -> Visitor {
        let link = try site.makeLink(username, isAdmin: isAdmin)
        try ready()
        let answer = try send(.post, "/api/auth/link", ["token": .string(link)])
        guard answer.status == 200 else { throw SiteFault("sign-in failed: \(answer)") }
        return try ready()
    }

    /// What a program that stole the cookies would do.
    func copy(cookies: Bool = true, token: Bool = true) -> Visitor {
        let other = Visitor(site: site, address: address)
        other.agent = agent
        if cookies { other.cookies = self.cookies }
        if token { other.token = self.token }
        return other
    }

    /// The same, as a program that sends an API key.
    func carrying(_ key: String) -> Visitor {
        let program = copy()
        program.key = key
        return program
    }

    private func keep(_ line: String) {
        let parts = line.split(separator: ";", maxSplits: 1)
        guard let pair = parts.first?.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false),
            pair.count == 2
        else { return }
        let isGone = parts.count == 2 && parts[1].lowercased().contains("max-age=0")
        cookies[String(pair[0])] = isGone ? nil : String(pair[1])
    }
}

/// Why the site could not be asked.
struct SiteFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

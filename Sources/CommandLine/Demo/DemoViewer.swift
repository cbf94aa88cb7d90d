internal import HTTP
internal import HTTPClient

/// One invented person with a browser: an address, a device and cookies of their own, and a taste.
struct DemoViewer {
    /// What the person does next.
    enum Next {
        case staysOn, leaves
    }

    private struct Clip {
        let id: String
        let hasVoted: Bool
    }

    let number: Int
    private let siteURL: String
    private(set) var nextAction = ContinuousClock.now
    private var clipsToWatch = Int.random(in: 4...14)
    private var cookies: [String: String] = [:]
    private var formToken = ""
    private var feedToken = ""
    private var page: [Clip] = []
    private var seen: [String] = []

    init(number: Int, siteURL: String) {
        self.number = number
        self.siteURL = siteURL
    }

    /// Opens the arena, or decides on the clip that was watched. Throws when the site does not answer as it should.
    mutating func act(over client: HTTPClient) throws -> Next {
        if formToken.isEmpty {
            let answer = try send("GET", "/api/csrf", over: client)
            guard answer.status == 200, let token = try JSONValue(parsing: answer.body)["token"]?.text else {
                return .leaves
            }
            formToken = token
        } else if let clip = page.first {
            page.removeFirst()
            clipsToWatch -= 1
            seen.append(clip.id)
            if !clip.hasVoted, likes(clip.id), try vote(for: clip.id, over: client) == .leaves { return .leaves }
        }
        guard clipsToWatch > 0 else { return .leaves }
        if page.isEmpty {
            try fetchFeed(over: client)
            if page.isEmpty { return .leaves }
        }
        // People watch a clip for some of its eight seconds, or twice.
        nextAction = .now + .milliseconds(Int.random(in: 3_000...11_000))
        return .staysOn
    }

    private mutating func fetchFeed(over client: HTTPClient) throws {
        let known = seen.suffix(100).joined(separator: ",")
        let answer = try send("GET", "/api/vote?limit=8" + (known.isEmpty ? "" : "&seenIds=\(known)"), over: client)
        guard answer.status == 200 else { return }
        let feed = try JSONValue(parsing: answer.body)
        feedToken = feed["feedToken"]?.text ?? ""
        guard case .array(let clips)? = feed["clips"] else { return }
        page = clips.compactMap { clip in
            clip["id"]?.text.map { Clip(id: $0, hasVoted: clip["hasVoted"] == .bool(true)) }
        }
    }

    /// Votes as the page does. A round that has closed meanwhile sends the person to the new one.
    private mutating func vote(for clip: String, over client: HTTPClient) throws -> Next {
        let answer = try send(
            "POST", "/api/vote", body: JSONValue.object(["clipId": .string(clip)]).bytes,
            headers: [
                ("Content-Type", "application/json"), ("X-CSRF-Token", formToken), ("X-Feed-Token", feedToken),
                ("Origin", siteURL),
            ],
            over: client)
        switch answer.status {
        case 200..<300: return .staysOn
        case 404, 409:
            page = []
            return .staysOn
        default: return .leaves
        }
    }

    private mutating func send(
        _ method: String, _ path: String, body: [UInt8] = [], headers: [(name: String, value: String)] = [],
        over client: HTTPClient
    ) throws -> IncomingResponse {
        var all = headers + device
        if !cookies.isEmpty {
            all.append(("Cookie", cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")))
        }
        let answer = try client.send(
            OutgoingRequest(
                method: method, url: siteURL + path, headers: all, body: body,
                localAddress: "127.\(100 + number / 100).\(number % 100 + 1).1", timeout: .seconds(30)))
        for (_, value) in answer.headers.filter({ $0.name == "set-cookie" }) {
            let pair = value.prefix { $0 != ";" }
            guard let middle = pair.firstIndex(of: "=") else { continue }
            cookies[String(pair[..<middle])] = String(pair[pair.index(after: middle)...])
        }
        return answer
    }

    /// The headers of a browser on the person's device.
    private var device: [(name: String, value: String)] {
        let systems = [
            "X11; Linux x86_64", "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7",
            "iPhone; CPU iPhone OS 18_5 like Mac OS X", "Linux; Android 15",
        ]
        let languages = ["en", "de,en;q=0.7", "fr,en;q=0.7", "es,en;q=0.7"]
        return [
            ("User-Agent", "Mozilla/5.0 (\(systems[number % systems.count])) DailiesDemo/\(number)"),
            ("Accept", "application/json"), ("Accept-Language", languages[number % languages.count]),
            ("Accept-Encoding", "identity"), ("Sec-Fetch-Site", "same-origin"),
        ]
    }

    /// Some clips please more people than others, and no one likes everything.
    private func likes(_ clip: String) -> Bool {
        let appeal = 20 + Self.hash(clip) % 50
        return Self.hash("\(number) \(clip)") % 100 < appeal
    }

    /// FNV-1a, so that a person's taste survives a restart.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(14_695_981_039_346_656_037 as UInt64) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 } >> 17
    }
}

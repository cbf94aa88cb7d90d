internal import FoundationEssentials
internal import HTTPClient

/// Calls one provider and sorts its answers by what may have happened there.
struct ProviderHTTP: Sendable {
    let name: String
    let baseURL: String
    /// What must never be stored or logged.
    let secrets: [String]
    var headers: [(name: String, value: String)]
    private let client: HTTPClient

    init(_ name: String, baseURL: String, secrets: [String], headers: [(name: String, value: String)] = []) {
        self.name = name
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.secrets = secrets.filter { !$0.isEmpty }
        self.headers = headers
        client = HTTPClient(idleLimit: 8)
    }

    /// An answer of a provider.
    struct Answer {
        let status: Int
        let json: JSON?
        let text: String
        let retryAfter: Int?

        var isSuccess: Bool { (200..<300).contains(status) }
    }

    /// The address of a path, or the address itself when it is one of this provider; nil for any other address.
    func own(_ pathOrURL: String?) -> String? {
        guard let pathOrURL else { return nil }
        if pathOrURL.hasPrefix("/") { return baseURL + pathOrURL }
        return pathOrURL.hasPrefix(baseURL + "/") ? pathOrURL : nil
    }

    /// Sends a request that makes something. Only an answer that says so means that nothing was accepted.
    func submit(
        _ method: String = "POST", _ url: String, _ body: JSON, more: [(name: String, value: String)] = []
    ) throws(ProviderFault) -> Answer {
        let answer: Answer
        do {
            answer = try send(method, url, body, more: more, isSentOnce: true)
        } catch {
            switch error {
            case .unreachable(let reason), .untrusted(let reason):
                throw .notAccepted("\(name) cannot be reached: \(reason)", retryAfter: nil)
            case .invalidRequest(let reason):
                throw .refused(
                    ProviderFailure(
                        "The address of \(name) is wrong: \(reason)", code: "bad_address", isRetryable: false))
            case .timedOut: throw .lost("\(name) did not answer in time")
            case .responseTooLarge: throw .lost("\(name) answered too much")
            case .interrupted(let reason): throw .lost("\(name) broke off: \(reason)")
            case .stopped: throw .lost("\(name) was not read to its end")
            }
        }
        switch answer.status {
        case 200..<300:
            guard answer.json != nil else { throw .lost("\(name) answered \(answer.status) with something unreadable") }
            return answer
        case 429: throw .limited("\(name) answered 429", retryAfter: answer.retryAfter)
        // By these a gateway or a busy service says that it has passed nothing on.
        case 425, 502, 503, 504:
            throw .notAccepted("\(name) answered \(answer.status)", retryAfter: answer.retryAfter)
        // The service failed while it worked on the request, which may be under way.
        case 408, 500...599: throw .lost("\(name) answered \(answer.status)")
        default: return answer
        }
    }

    /// Sends a request that only reads or stops something, and that may be repeated.
    func ask(
        _ method: String, _ url: String, _ body: JSON? = nil, more: [(name: String, value: String)] = []
    ) throws(ProviderFault) -> Answer {
        let answer: Answer
        do {
            answer = try send(method, url, body, more: more)
        } catch {
            throw .notAccepted("\(name): \(error)", retryAfter: nil)
        }
        switch answer.status {
        case 404, 410: throw .unknownTask("\(name) answered \(answer.status)")
        case 429: throw .limited("\(name) answered 429", retryAfter: answer.retryAfter)
        case 408, 409, 425, 500...599:
            throw .notAccepted("\(name) answered \(answer.status)", retryAfter: answer.retryAfter)
        default: return answer
        }
    }

    private func send(
        _ method: String, _ url: String, _ body: JSON?, more: [(name: String, value: String)], isSentOnce: Bool = false
    ) throws(HTTPClientError) -> Answer {
        var all = headers + more + [(name: "Accept", value: "application/json")]
        if body != nil { all.append((name: "Content-Type", value: "application/json")) }
        var request = OutgoingRequest(
            method: method, url: url, headers: all, body: body.map { Array($0.text.utf8) } ?? [],
            timeout: .seconds(30), connectTimeout: .seconds(5), responseLimit: 4 << 20)
        request.isSentOnce = isSentOnce
        return read(try client.send(request))
    }

    private func read(_ response: IncomingResponse) -> Answer {
        let json = JSON(response.body)
        let seconds = response.retryAfter() ?? json?["retry_after"]?.integer
        return Answer(
            status: response.status, json: json,
            // Before it is cut, so that no part of a key is left at the end.
            text: String(redacted(String(decoding: response.body, as: UTF8.self)).prefix(32_768)),
            retryAfter: seconds)
    }

    /// A text without the keys.
    func redacted(_ text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: "[redacted]") }
    }

    /// The answer as it may be stored: JSON, or its text as a JSON string.
    func stored(_ answer: Answer) -> String {
        // An escape in the JSON may have hidden a key from the first look.
        redacted(JSON(Array(answer.text.utf8))?.text ?? JSON.string(String(answer.text.prefix(2_000))).text)
    }

    /// A refusal in the provider's words.
    func refusal(_ answer: Answer, _ words: String?, code: String? = nil, isRetryable: Bool = false) -> ProviderFault {
        let fallback =
            switch answer.status {
            case 401: "\(name) does not accept the site's key."
            case 402, 403: "The site's account at \(name) does not allow it."
            case 404: "\(name) no longer offers this model."
            default: "\(name) refused the request."
            }
        // Without a valid key or money every request fails.
        return .refused(
            ProviderFailure(
                words.map(redacted) ?? fallback, code: code ?? "http_\(answer.status)", isRetryable: isRetryable,
                isOutage: [401, 402].contains(answer.status), answer: stored(answer)))
    }
}

internal import Crypto
internal import FoundationEssentials
internal import Text

/// A provider that a row of the catalog describes: where requests go, and where the answers hold what is needed.
///
/// Texts of the mapping may hold `{prompt}`, `{negativePrompt}`, `{image}`, `{seconds}`, `{aspectRatio}`, `{resolution}`,
/// `{seed}`, `{endpoint}`, `{webhook}`, `{id}` and `{key}`. A value of the body that is one such name alone takes the type of
/// its value, and is left out when there is none.
struct HTTPProvider: RemoteProvider {
    let name: String
    let results: ResultSource
    private let mapping: Mapping
    private let key: String?
    private let http: ProviderHTTP

    var isConfigured: Bool { key != nil || mapping.needsKey == false }
    var pollInterval: Duration { .milliseconds(max(100, mapping.pollMilliseconds ?? 3_000)) }

    /// What the row holds.
    struct Mapping: Codable {
        var baseUrl: String
        var needsKey: Bool?
        var headers: [String: String]?
        var submit: Call
        var poll: Call
        var cancel: Call?
        /// Paths in the answers, such as `data.id`.
        var id: String
        var status: String
        var result: String
        var error: String?
        var progress: String?
        /// The provider's words for each state; a word of no list means that the video is being made.
        var waiting: [String]?
        var done: [String]
        var failed: [String]
        /// Hosts that results may come from.
        var resultHosts: [String]?
        var pollMilliseconds: Int?
        var webhook: Webhook?
    }

    /// One request.
    struct Call: Codable {
        var method: String?
        var path: String
        var body: JSON?
    }

    /// How the provider signs: HMAC-SHA256 of the body with the key, as hexadecimal digits in a header.
    struct Webhook: Codable {
        var header: String
        var prefix: String?
        var id: String
    }

    init?(name: String, mapping: String, key: String?) {
        guard let read = try? JSONDecoder().decode(Mapping.self, from: Data(mapping.utf8)),
            ResultSource.origin(of: read.baseUrl) != nil
        else { return nil }
        self.name = name
        self.mapping = read
        self.key = key
        results = ResultSource(hosts: read.resultHosts ?? [], baseURL: read.baseUrl)
        let values = ["key": JSON.string(key ?? "")]
        http = ProviderHTTP(
            name, baseURL: read.baseUrl, secrets: [key ?? ""],
            headers: (read.headers ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, Self.fill($0.value, values)) })
    }

    func submit(_ request: ProviderRequest) throws(ProviderFault) -> Submission {
        var values: [String: JSON] = request.parameters
        values["prompt"] = .string(request.prompt)
        values["negativePrompt"] = request.negativePrompt.map(JSON.string)
        values["image"] = request.image.map(JSON.string)
        values["seconds"] = request.seconds.map { .number(Decimal($0)) }
        values["aspectRatio"] = request.aspectRatio.map(JSON.string)
        values["resolution"] = request.resolution.map(JSON.string)
        values["seed"] = request.seed.map { .number(Decimal($0)) }
        values["endpoint"] = .string(request.endpoint)
        values["webhook"] = request.webhookURL.map(JSON.string)
        let body = mapping.submit.body.flatMap { Self.fill($0, values) } ?? .object([:])
        let answer = try http.submit(mapping.submit.method ?? "POST", address(mapping.submit, values), body)
        guard answer.isSuccess else { throw http.refusal(answer, words(answer.json)) }
        guard let id = Self.text(answer.json?.at(mapping.id)), !id.isEmpty else {
            throw .lost("\(name) accepted the request without an id")
        }
        return Submission(requestID: id, links: [:], answer: http.stored(answer))
    }

    func poll(_ task: ProviderTask) throws(ProviderFault) -> TaskState {
        let answer = try http.ask(mapping.poll.method ?? "GET", address(mapping.poll, Self.values(task)))
        guard answer.isSuccess, let json = answer.json else { throw http.refusal(answer, words(answer.json)) }
        let status = Self.text(json.at(mapping.status)) ?? ""
        if mapping.done.contains(status) {
            guard let url = json.at(mapping.result)?.string else {
                return .failed(
                    ProviderFailure(
                        "\(name) made no video.", code: "no_video", isRetryable: false, answer: http.stored(answer)))
            }
            return .done(ProviderResult(url: url, answer: http.stored(answer)))
        }
        if mapping.failed.contains(status) {
            return .failed(
                ProviderFailure(
                    http.redacted(words(json) ?? "\(name) could not make the video."), code: status, isRetryable: false,
                    answer: http.stored(answer)))
        }
        if mapping.waiting?.contains(status) == true { return .waiting(position: nil) }
        return .running(progress: mapping.progress.flatMap { json.at($0)?.double })
    }

    func cancel(_ task: ProviderTask) throws(ProviderFault) -> WorkDone {
        guard let cancel = mapping.cancel else { return .unknown }
        let before = try? poll(task)
        _ = try http.ask(cancel.method ?? "POST", address(cancel, Self.values(task)))
        return if case .waiting? = before { .nothing } else { .unknown }
    }

    func verify(_ delivery: WebhookDelivery) throws(WebhookFault) -> WebhookHint {
        guard let webhook = mapping.webhook, let key else { throw .unexpected }
        let given = try delivery.header(webhook.header)
        let prefix = webhook.prefix ?? ""
        guard given.hasPrefix(prefix), let signature = Text.bytes(hex: String(given.dropFirst(prefix.count))),
            constantTimeEqual(signature, HMAC256.sign(delivery.body, key: Array(key.utf8)))
        else { throw .forged }
        guard let json = JSON(delivery.body) else { throw .malformed }
        return WebhookHint(requestID: Self.text(json.at(webhook.id)))
    }

    private func words(_ json: JSON?) -> String? { mapping.error.flatMap { json?.at($0)?.string } }

    private func address(_ call: Call, _ values: [String: JSON]) -> String {
        http.baseURL + Self.fill(call.path, values.mapValues { .string(Text.percentEncode(Self.text($0) ?? "")) })
    }

    private static func values(_ task: ProviderTask) -> [String: JSON] {
        ["id": .string(task.requestID), "endpoint": .string(task.endpoint)]
    }

    private static func text(_ value: JSON?) -> String? {
        switch value {
        case .string(let text): text
        case .number(let number): "\(number)"
        default: nil
        }
    }

    private static func fill(_ text: String, _ values: [String: JSON]) -> String {
        values.reduce(text) { $0.replacing("{\($1.key)}", with: Self.text($1.value) ?? "") }
    }

    /// Nil for a value that is a name alone without a value.
    private static func fill(_ value: JSON, _ values: [String: JSON]) -> JSON? {
        switch value {
        case .string(let text):
            if text.hasPrefix("{"), text.hasSuffix("}"), !text.dropFirst().contains("{") {
                return values[String(text.dropFirst().dropLast())]
            }
            return .string(fill(text, values))
        case .array(let elements): return .array(elements.compactMap { fill($0, values) })
        case .object(let members): return .object(members.compactMapValues { fill($0, values) })
        default: return value
        }
    }
}

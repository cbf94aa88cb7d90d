internal import FoundationEssentials
internal import Text

/// Runway's tasks. The service sends no webhooks.
struct RunwayProvider: RemoteProvider {
    let name = "runway"
    let pollInterval: Duration
    let results: ResultSource
    private let http: ProviderHTTP
    private let key: String?

    var isConfigured: Bool { key != nil }

    init(key: String?, baseURL: String, pollInterval: Duration = .seconds(5)) {
        self.key = key
        self.pollInterval = pollInterval
        results = ResultSource(hosts: ["cloudfront.net", "runwayml.com"], baseURL: baseURL)
        http = ProviderHTTP(
            name, baseURL: baseURL, secrets: [key ?? ""],
            headers: [("Authorization", "Bearer \(key ?? "")"), ("X-Runway-Version", "2024-11-06")])
    }

    func submit(_ request: ProviderRequest) throws(ProviderFault) -> Submission {
        let path = request.image == nil ? "/v1/text_to_video" : "/v1/image_to_video"
        let answer = try http.submit("POST", http.baseURL + path, .object(Self.input(request)))
        guard answer.isSuccess else { throw http.refusal(answer, Self.words(answer.json)) }
        guard let id = answer.json?["id"]?.string, !id.isEmpty else {
            throw .lost("\(name) accepted the request without an id")
        }
        return Submission(requestID: id, links: [:], answer: http.stored(answer))
    }

    func poll(_ task: ProviderTask) throws(ProviderFault) -> TaskState {
        let answer = try http.ask("GET", address(task))
        guard answer.isSuccess, let json = answer.json else { throw http.refusal(answer, Self.words(answer.json)) }
        switch json["status"]?.string {
        case "PENDING", "THROTTLED": return .waiting(position: nil)
        case "SUCCEEDED":
            guard let url = json.at("output.0")?.string else {
                return .failed(
                    ProviderFailure(
                        "Runway made no video.", code: "no_video", isRetryable: true, answer: http.stored(answer)))
            }
            return .done(ProviderResult(url: url, answer: http.stored(answer)))
        case "FAILED":
            let code = json["failureCode"]?.string ?? ""
            let isFinal = ["SAFETY", "ASSET.INVALID", "INPUT_PREPROCESSING"].contains { code.hasPrefix($0) }
            return .failed(
                ProviderFailure(
                    http.redacted(json["failure"]?.string ?? "Runway could not make the video."),
                    code: code.isEmpty ? "failed" : code, isRetryable: !isFinal,
                    // Runway does not refund what its moderation of the input stops.
                    isBilled: code.hasPrefix("SAFETY.INPUT"), answer: http.stored(answer)))
        case "CANCELLED":
            return .failed(
                ProviderFailure(
                    "Runway cancelled the task.", code: "cancelled", isRetryable: false, answer: http.stored(answer)))
        default: return .running(progress: json["progress"]?.double)
        }
    }

    var inlineImageLimit: Int { 5_000_000 }

    /// A deleted task cannot be read any more, so its state is read before.
    func cancel(_ task: ProviderTask) throws(ProviderFault) -> WorkDone {
        let before = (try? http.ask("GET", address(task)))?.json?["status"]?.string
        _ = try http.ask("DELETE", address(task))
        return before == "PENDING" || before == "THROTTLED" ? .nothing : .unknown
    }

    func verify(_ delivery: WebhookDelivery) throws(WebhookFault) -> WebhookHint { throw .unexpected }

    private func address(_ task: ProviderTask) -> String {
        http.baseURL + "/v1/tasks/" + Text.percentEncode(task.requestID)
    }

    private static func words(_ json: JSON?) -> String? {
        guard let text = json?["error"]?.string else { return nil }
        guard case .array(let issues)? = json?["issues"] else { return text }
        let lines = issues.compactMap { issue -> String? in
            guard let message = issue["message"]?.string else { return nil }
            guard case .array(let path)? = issue["path"], let field = path.last?.string else { return message }
            return "\(field): \(message)"
        }
        return lines.isEmpty ? text : lines.joined(separator: "; ")
    }

    static func input(_ request: ProviderRequest) -> [String: JSON] {
        var input = request.parameters
        input["model"] = .string(request.endpoint)
        // Runway counts UTF-16 units.
        input["promptText"] = .string(String(decoding: Array(request.prompt.utf16.prefix(1_000)), as: UTF16.self))
        if let image = request.image { input["promptImage"] = .string(image) }
        let ratios = ["9:16": "720:1280", "16:9": "1280:720", "1:1": "960:960"]
        input["ratio"] = .string(request.aspectRatio.flatMap { ratios[$0] } ?? "1280:720")
        if let seconds = request.seconds { input["duration"] = .number(Decimal(seconds)) }
        if let seed = request.seed { input["seed"] = .number(Decimal(seed)) }
        return input
    }
}

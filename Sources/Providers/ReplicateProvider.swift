internal import Crypto
internal import FoundationEssentials
internal import Text

/// Replicate's predictions.
struct ReplicateProvider: RemoteProvider {
    let name = "replicate"
    let pollInterval: Duration
    let results: ResultSource
    private let http: ProviderHTTP
    private let token: String?
    private let webhookSecret: String?

    var isConfigured: Bool { token != nil }

    init(token: String?, webhookSecret: String?, baseURL: String, pollInterval: Duration = .seconds(2)) {
        self.token = token
        self.webhookSecret = webhookSecret
        self.pollInterval = pollInterval
        results = ResultSource(hosts: ["replicate.delivery", "replicate.com"], baseURL: baseURL)
        http = ProviderHTTP(
            name, baseURL: baseURL, secrets: [token ?? "", webhookSecret ?? ""],
            headers: [("Authorization", "Bearer \(token ?? "")")])
    }

    func submit(_ request: ProviderRequest) throws(ProviderFault) -> Submission {
        var body: [String: JSON] = ["input": .object(Self.input(request))]
        // Without the secret a webhook could not be told from a forged one.
        if let webhook = request.webhookURL, webhookSecret != nil {
            body["webhook"] = .string(webhook)
            body["webhook_events_filter"] = .array(["completed"])
        }
        let answer = try http.submit("POST", http.baseURL + "/models/\(request.endpoint)/predictions", .object(body))
        guard answer.isSuccess else { throw http.refusal(answer, Self.words(answer.json)) }
        guard let id = answer.json?["id"]?.string, !id.isEmpty else {
            throw .lost("\(name) accepted the request without an id")
        }
        return Submission(requestID: id, links: [:], answer: http.stored(answer))
    }

    func poll(_ task: ProviderTask) throws(ProviderFault) -> TaskState {
        let answer = try http.ask("GET", address(task))
        guard answer.isSuccess, let json = answer.json else { throw http.refusal(answer, Self.words(answer.json)) }
        let stored = http.stored(answer)
        switch json["status"]?.string {
        case "starting": return .waiting(position: nil)
        case "succeeded":
            let output = json["output"]
            guard let url = output?.string ?? output?[0]?.string else {
                // The output is wiped an hour after the end.
                let isWiped = json["data_removed"] == true
                return .failed(
                    ProviderFailure(
                        isWiped ? "Replicate has deleted the video already." : "Replicate made no video.",
                        code: "no_video",
                        isRetryable: false, answer: stored))
            }
            return .done(ProviderResult(url: url, answer: stored))
        case "failed":
            let words = json["error"]?.string ?? "Replicate could not make the video."
            let isFinal = ["sensitive", "(E005)", "validation"].contains { words.contains($0) }
            return .failed(ProviderFailure(http.redacted(words), code: "failed", isRetryable: !isFinal, answer: stored))
        case "canceled", "aborted":
            return .failed(
                ProviderFailure(
                    "Replicate cancelled the prediction.", code: "cancelled", isRetryable: false, answer: stored))
        default: return .running(progress: nil)
        }
    }

    var inlineImageLimit: Int { 256_000 }

    func cancel(_ task: ProviderTask) throws(ProviderFault) -> WorkDone {
        var prediction = try http.ask("POST", address(task) + "/cancel").json
        if prediction?["status"]?.string == "processing" { prediction = (try? http.ask("GET", address(task)))?.json }
        if let seconds = prediction?.at("metrics.predict_time")?.double { return .took(.seconds(seconds)) }
        let isStopped = ["canceled", "aborted"].contains(prediction?["status"]?.string)
        return isStopped && prediction?["started_at"]?.string == nil ? .nothing : .unknown
    }

    /// The list has the newest first, and pages of a hundred.
    func requests(like request: ProviderRequest, since moment: Date) throws(ProviderFault) -> [String]? {
        // A picture comes back as an address of the service's own.
        let wanted = Self.input(request).filter { !["image", "start_image"].contains($0.key) }
        var found: [String] = []
        var url: String? = http.baseURL + "/predictions"
        for _ in 0..<10 {
            guard let page = url else { break }
            let answer = try http.ask("GET", page)
            guard answer.isSuccess, case .array(let predictions)? = answer.json?["results"] else {
                throw http.refusal(answer, Self.words(answer.json))
            }
            for prediction in predictions {
                if let made = prediction["created_at"]?.string.flatMap({ Date(rfc3339: $0) }), made < moment {
                    return found
                }
                guard prediction["model"]?.string.map({ $0 == request.endpoint }) ?? true,
                    wanted.allSatisfy({ prediction["input"]?[$0.key] == $0.value }),
                    let id = prediction["id"]?.string
                else { continue }
                found.append(id)
            }
            url = http.own(answer.json?["next"]?.string)
        }
        // A list that was not read to its end does not show that a request is missing.
        if url != nil, found.isEmpty {
            throw .notAccepted("\(name) has too many predictions to look through", retryAfter: nil)
        }
        return found
    }

    /// The scheme of Standard Webhooks: HMAC over id, time and body, several signatures allowed.
    func verify(_ delivery: WebhookDelivery) throws(WebhookFault) -> WebhookHint {
        guard let webhookSecret else { throw .keysUnknown }
        let id = try delivery.header("webhook-id")
        let time = try delivery.header("webhook-timestamp")
        let signatures = try delivery.header("webhook-signature")
        try delivery.checkTime(time)
        let encoded = webhookSecret.split(separator: "_", maxSplits: 1).last.map(String.init) ?? ""
        guard let key = Data(base64Encoded: encoded) else { throw .keysUnknown }
        let expected = HMAC256.sign(Array("\(id).\(time).".utf8) + delivery.body, key: Array(key))
        let isSigned = signatures.split(separator: " ").contains { entry in
            let parts = entry.split(separator: ",", maxSplits: 1)
            guard parts.count == 2, parts[0] == "v1", let bytes = Data(base64Encoded: String(parts[1])) else {
                return false
            }
            return constantTimeEqual(Array(bytes), expected)
        }
        guard isSigned else { throw .forged }
        guard let json = JSON(delivery.body), case .object = json else { throw .malformed }
        return WebhookHint(requestID: json["id"]?.string)
    }

    private func address(_ task: ProviderTask) -> String {
        http.baseURL + "/predictions/" + Text.percentEncode(task.requestID)
    }

    private static func words(_ json: JSON?) -> String? {
        guard let detail = json?["detail"]?.string else { return nil }
        guard case .array(let fields)? = json?["invalid_fields"] else { return detail }
        let lines = fields.compactMap { field in
            field["description"]?.string.map { words in field["field"]?.string.map { "\($0): \(words)" } ?? words }
        }
        return lines.isEmpty ? detail : lines.joined(separator: "; ")
    }

    static func input(_ request: ProviderRequest) -> [String: JSON] {
        var input = request.parameters
        input["prompt"] = .string(request.prompt)
        if let seconds = request.seconds { input["duration"] = .number(Decimal(seconds)) }
        if let ratio = request.aspectRatio { input["aspect_ratio"] = .string(ratio) }
        let isVeo = request.endpoint.hasPrefix("google/veo")
        if let image = request.image { input[isVeo ? "image" : "start_image"] = .string(image) }
        if let negative = request.negativePrompt, isVeo { input["negative_prompt"] = .string(negative) }
        // The documents do not agree on the default, so it is always said.
        if isVeo { input["resolution"] = .string(request.resolution ?? "720p") }
        if let seed = request.seed, isVeo { input["seed"] = .number(Decimal(seed)) }
        return input
    }
}

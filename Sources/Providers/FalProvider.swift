internal import Crypto
internal import FoundationEssentials
internal import Text

/// fal.ai's queue.
struct FalProvider: RemoteProvider {
    let name = "fal.ai"
    let pollInterval: Duration
    let results: ResultSource
    private let http: ProviderHTTP
    private let key: String?

    var isConfigured: Bool { key != nil }

    /// The synchronous host has no queue, so its setting means the queue's host.
    init(key: String?, baseURL: String, pollInterval: Duration = .seconds(2)) {
        let bare = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        let url = bare == "https://fal.run" ? "https://queue.fal.run" : bare
        self.key = key
        self.pollInterval = pollInterval
        results = ResultSource(hosts: ["fal.media", "fal.run", "fal.ai"], baseURL: url)
        http = ProviderHTTP(
            name, baseURL: url,
            secrets: (key ?? "").split(separator: ":").map(String.init).filter { $0.count > 5 } + [key ?? ""],
            headers: [("Authorization", "Key \(key ?? "")")])
    }

    func submit(_ request: ProviderRequest) throws(ProviderFault) -> Submission {
        var url = http.baseURL + "/" + request.endpoint
        if let webhook = request.webhookURL { url += "?fal_webhook=" + Text.percentEncode(webhook) }
        let answer = try http.submit("POST", url, .object(Self.input(request)))
        guard answer.isSuccess else { throw http.refusal(answer, Self.words(answer.json), code: Self.code(answer)) }
        guard let id = answer.json?["request_id"]?.string, !id.isEmpty else {
            throw .lost("\(name) accepted the request without an id")
        }
        var links: [String: String] = [:]
        for link in ["status_url", "response_url", "cancel_url"] {
            if let url = answer.json?[link]?.string, http.own(url) != nil { links[link] = url }
        }
        return Submission(requestID: id, links: links, answer: http.stored(answer))
    }

    func poll(_ task: ProviderTask) throws(ProviderFault) -> TaskState {
        let status = try http.ask("GET", link("status_url", "/status", task))
        switch status.json?["status"]?.string {
        case "IN_QUEUE": return .waiting(position: status.json?["queue_position"]?.integer)
        case "IN_PROGRESS": return .running(progress: nil)
        case "COMPLETED": break
        default:
            guard status.isSuccess else { throw http.refusal(status, Self.words(status.json)) }
            return .running(progress: nil)
        }
        if let error = status.json?["error"]?.string {
            let type = status.json?["error_type"]?.string ?? "error"
            return .failed(
                ProviderFailure(
                    http.redacted(error), code: type, isRetryable: Self.retryable.contains(type),
                    answer: http.stored(status)))
        }
        let answer = try http.ask("GET", link("response_url", "", task))
        guard answer.isSuccess else {
            let code = Self.code(answer)
            return .failed(
                ProviderFailure(
                    http.redacted(Self.words(answer.json) ?? "fal.ai refused the request."), code: code,
                    isRetryable: Self.retryable.contains(code), answer: http.stored(answer)))
        }
        // Some endpoints wrap the output of the model.
        let output = answer.json?["response"] ?? answer.json
        guard let video = output?.at("video.url")?.string ?? output?.at("videos.0.url")?.string else {
            return .failed(
                ProviderFailure(
                    "fal.ai made no video.", code: "no_video", isRetryable: false, answer: http.stored(answer)))
        }
        return .done(ProviderResult(url: video, answer: http.stored(answer)))
    }

    /// The documents name no limit; they advise addresses for all but small files.
    var inlineImageLimit: Int { 1_000_000 }

    /// What waits is removed from the queue, and costs nothing. What runs gets a signal and may be finished all the same.
    func cancel(_ task: ProviderTask) throws(ProviderFault) -> WorkDone {
        let before = (try? http.ask("GET", link("status_url", "/status", task)))?.json?["status"]?.string
        // 400 says that it has ended already.
        let answer = try http.ask("PUT", link("cancel_url", "/cancel", task))
        let after = (try? http.ask("GET", link("status_url", "/status", task)))?.json
        if let seconds = after?.at("metrics.inference_time")?.double { return .took(.seconds(seconds)) }
        let isGone = after.map { ["IN_QUEUE", "COMPLETED"].contains($0["status"]?.string) } ?? true
        return before == "IN_QUEUE" && answer.isSuccess && isGone ? .nothing : .unknown
    }

    /// Ed25519 over the ids, the time and the hash of the body, by a key of fal's document.
    func verify(_ delivery: WebhookDelivery) throws(WebhookFault) -> WebhookHint {
        let request = try delivery.header("X-Fal-Webhook-Request-Id")
        let user = try delivery.header("X-Fal-Webhook-User-Id")
        let time = try delivery.header("X-Fal-Webhook-Timestamp")
        let signature = try delivery.header("X-Fal-Webhook-Signature")
        try delivery.checkTime(time)
        guard let document = delivery.keyDocument, case .array(let keys)? = JSON(Array(document.utf8))?["keys"] else {
            throw .keysUnknown
        }
        let message = "\(request)\n\(user)\n\(time)\n\(Text.hex(SHA256.hash(delivery.body)))"
        guard let bytes = Text.bytes(hex: signature), bytes.count == 64 else { throw .forged }
        let isSigned = keys.contains { key in
            guard key["kty"]?.string == "OKP", key["crv"]?.string == "Ed25519", let x = key["x"]?.string,
                let raw = Text.bytes(base64url: x)
            else { return false }
            return Ed25519.isValid(bytes, for: Array(message.utf8), key: raw)
        }
        guard isSigned else { throw .forged }
        return WebhookHint(requestID: JSON(delivery.body)?["request_id"]?.string ?? request)
    }

    private func link(_ name: String, _ ending: String, _ task: ProviderTask) -> String {
        // Only `owner/app` leads to a request, and ids that begin so have one part more.
        let parts = task.endpoint.split(separator: "/")
        let count = ["workflows", "comfy"].contains(parts.first ?? "") ? 3 : 2
        let app = parts.prefix(count).joined(separator: "/")
        return http.own(task.links[name])
            ?? http.baseURL + "/\(app)/requests/\(Text.percentEncode(task.requestID))\(ending)"
    }

    private static let retryable: Set<String> = [
        "request_timeout", "startup_timeout", "runner_scheduling_failure", "runner_connection_timeout",
        "runner_disconnected", "runner_connection_refused", "runner_connection_error", "runner_incomplete_response",
        "runner_server_error", "internal_error", "generation_timeout", "internal_server_error",
        "downstream_service_error",
        "downstream_service_unavailable",
    ]

    /// The platform's sentence, or the first of the model's.
    private static func words(_ json: JSON?) -> String? {
        guard let detail = json?["detail"] else { return nil }
        if let text = detail.string { return text }
        guard case .array(let items) = detail else { return nil }
        let lines = items.compactMap { item -> String? in
            guard let message = item["msg"]?.string else { return nil }
            guard case .array(let place)? = item["loc"], let field = place.last?.string else { return message }
            return "\(field): \(message)"
        }
        return lines.isEmpty ? nil : lines.joined(separator: "; ")
    }

    private static func code(_ answer: ProviderHTTP.Answer) -> String {
        answer.json?["error_type"]?.string ?? answer.json?.at("detail.0.type")?.string ?? "http_\(answer.status)"
    }

    /// The input at the top level, in the spelling of each model.
    static func input(_ request: ProviderRequest) -> [String: JSON] {
        var input = request.parameters
        input["prompt"] = .string(request.prompt)
        if let image = request.image { input["image_url"] = .string(image) }
        if let negative = request.negativePrompt, !negative.isEmpty { input["negative_prompt"] = .string(negative) }
        let family = request.endpoint
        if let seconds = request.seconds, !family.contains("lucy") {
            input["duration"] =
                family.contains("veo3")
                ? .string("\(seconds)s") : family.contains("sora-2") ? .number(Decimal(seconds)) : .string("\(seconds)")
        }
        if let ratio = request.aspectRatio, !family.contains("kling-video") { input["aspect_ratio"] = .string(ratio) }
        if let resolution = request.resolution { input["resolution"] = .string(resolution) }
        if let seed = request.seed, !family.contains("kling-video") { input["seed"] = .number(Decimal(seed)) }
        // Otherwise the video comes inside the answer.
        if family.contains("lucy") { input["sync_mode"] = false }
        return input
    }
}

internal import FoundationEssentials
internal import Text

/// RunPod's serverless endpoints. A model's endpoint is its id there; the site's own endpoint is `RUNPOD_ENDPOINT_ID`.
struct RunPodProvider: RemoteProvider {
    let name = "runpod"
    let pollInterval: Duration
    let results: ResultSource
    private let http: ProviderHTTP
    private let key: String?
    private let endpoint: String?

    var isConfigured: Bool { key != nil && endpoint != nil }

    init(
        key: String?, endpoint: String?, baseURL: String, resultHosts: [String] = [],
        pollInterval: Duration = .seconds(3)
    ) {
        self.key = key
        self.endpoint = endpoint
        self.pollInterval = pollInterval
        results = ResultSource(
            hosts: ["utfs.io", "ufs.sh", "uploadthing.com", "runpod.ai", "runpod.net"] + resultHosts, baseURL: baseURL)
        http = ProviderHTTP(
            name, baseURL: baseURL, secrets: [key ?? ""], headers: [("Authorization", "Bearer \(key ?? "")")])
    }

    func submit(_ request: ProviderRequest) throws(ProviderFault) -> Submission {
        var body: [String: JSON] = [
            "input": .object(Self.input(request)), "policy": ["executionTimeout": 600_000, "ttl": 3_600_000],
        ]
        if let webhook = request.webhookURL { body["webhook"] = .string(webhook) }
        let answer = try http.submit("POST", address("run"), .object(body))
        guard answer.isSuccess else { throw http.refusal(answer, answer.json?["error"]?.string) }
        guard let id = answer.json?["id"]?.string, !id.isEmpty else {
            throw .lost("\(name) accepted the request without an id")
        }
        return Submission(requestID: id, links: [:], answer: http.stored(answer))
    }

    func poll(_ task: ProviderTask) throws(ProviderFault) -> TaskState {
        let answer = try http.ask("GET", address("status/" + Text.percentEncode(task.requestID)))
        guard answer.isSuccess, let json = answer.json else { throw http.refusal(answer, nil) }
        let stored = http.stored(answer)
        switch json["status"]?.string {
        case "IN_QUEUE": return .waiting(position: nil)
        case "COMPLETED":
            // The public worker returns its errors as results, so that the service calls them completed.
            let result =
                json.at("output.result")?.string ?? json.at("output.video_url")?.string ?? json["output"]?.string
            if let result, result.hasPrefix("http") { return .done(ProviderResult(url: result, answer: stored)) }
            let words = result.map { $0.replacing("FAILED: ", with: "") } ?? "The worker made no video."
            return .failed(
                ProviderFailure(
                    http.redacted(words), code: "worker_failed", isRetryable: true, isOutage: false, answer: stored))
        case "FAILED":
            return .failed(
                ProviderFailure(
                    http.redacted(Self.words(json)), code: "failed", isRetryable: true, isOutage: false, answer: stored)
            )
        case "TIMED_OUT":
            return .failed(
                ProviderFailure("The worker took too long.", code: "timeout", isRetryable: false, answer: stored))
        case "CANCELLED":
            return .failed(
                ProviderFailure(
                    "The job was cancelled at RunPod.", code: "cancelled", isRetryable: false, answer: stored))
        default: return .running(progress: nil)
        }
    }

    /// Requests hold 10 MB at most.
    var inlineImageLimit: Int { 7_000_000 }

    func cancel(_ task: ProviderTask) throws(ProviderFault) -> WorkDone {
        _ = try http.ask("POST", address("cancel/" + Text.percentEncode(task.requestID)))
        let job = (try? http.ask("GET", address("status/" + Text.percentEncode(task.requestID))))?.json
        if let milliseconds = job?["executionTime"]?.integer, milliseconds > 0 {
            return .took(.milliseconds(milliseconds))
        }
        return job?["status"]?.string == "CANCELLED" ? .nothing : .unknown
    }

    /// The service signs nothing: the address of the webhook holds a token that only the service knows, and that is checked
    /// before this.
    func verify(_ delivery: WebhookDelivery) throws(WebhookFault) -> WebhookHint {
        guard let json = JSON(delivery.body), case .object = json else { throw .malformed }
        return WebhookHint(requestID: json["id"]?.string)
    }

    private func address(_ path: String) -> String { "\(http.baseURL)/\(endpoint ?? "")/\(path)" }

    /// An exception arrives as JSON with the worker's trace, of which only the message is for people.
    private static func words(_ json: JSON) -> String {
        guard let text = json["error"]?.string else { return "The worker failed." }
        return JSON(Array(text.utf8))?["error_message"]?.string ?? text
    }

    static func input(_ request: ProviderRequest) -> [String: JSON] {
        var input = request.parameters
        input["positive_prompt"] = .string(request.prompt)
        if let negative = request.negativePrompt { input["negative_prompt"] = .string(negative) }
        if let seed = request.seed { input["seed"] = .number(Decimal(seed)) }
        if let image = request.image { input["image"] = .string(image) }
        if input["num_frames"] == nil, let milliseconds = request.milliseconds {
            input["num_frames"] = .number(Decimal(max(1, (milliseconds * 24 + 500) / 1_000)))
        }
        return input
    }
}

internal import FoundationEssentials
internal import HTTPClient
internal import Platform

/// Sends the requests of a remote back end and repeats those that a busy or broken server did not answer.
struct ObjectTransport: Sendable {
    let kind: StorageKind
    /// How long a connection may carry nothing.
    let stall: Duration
    /// How often a request is sent at most.
    var attempts = 4
    /// The pause after the first attempt; it doubles.
    var pause = Duration.milliseconds(300)
    private let client = HTTPClient(idleLimit: 16)

    init(_ kind: StorageKind, stall: Duration) {
        self.kind = kind
        self.stall = stall
    }

    /// Returns an answer with any status that will not change by itself. `make` makes the request anew for each attempt,
    /// since signatures have a time.
    func send(
        _ what: String, into sink: (any ObjectSink)? = nil, _ make: () throws(StorageFault) -> OutgoingRequest
    ) throws(StorageFault) -> IncomingResponse {
        var reason = ""
        for attempt in 1...attempts {
            if attempt > 1 { Self.rest(pause * (1 << (attempt - 2))) }
            var request = try make()
            request.connectTimeout = .seconds(10)
            request.timeout = request.stream == nil && sink == nil ? max(stall, .seconds(1)) * 2 : .seconds(4 * 3_600)
            request.stallTimeout = stall
            try sink?.begin()
            do throws(HTTPClientError) {
                let answer = try client.send(request, into: sink.map { sink in { sink.take($0) } })
                guard Self.isPassing(answer.status) else { return answer }
                reason = "\(answer.status) \(Self.words(of: answer))"
            } catch {
                switch error {
                case .stopped: throw sink?.fault ?? .failed("\(kind.title): \(what): the file cannot be read")
                case .invalidRequest(let reason): throw .failed("\(kind.title): \(what): \(reason)")
                case .untrusted(let reason): throw .unavailable("\(kind.title): \(what): \(reason)")
                case .responseTooLarge: throw .failed("\(kind.title): \(what): the answer is too large")
                case .timedOut: reason = "no answer within \(stall)"
                case .unreachable(let words), .interrupted(let words): reason = words
                }
            }
        }
        throw .unavailable("\(kind.title): \(what): \(reason) (tried \(attempts) times)")
    }

    /// What an answer that is no success means.
    func fault(_ what: String, _ answer: IncomingResponse, code: String = "") -> StorageFault {
        let text = "\(kind.title): \(what): \(answer.status) \(code.isEmpty ? Self.words(of: answer) : code)"
        return switch answer.status {
        case 401, 403: .denied(text)
        case 404 where code.contains("Bucket"): .denied(text)
        case 404: .missing(text)
        case 507: .full(text)
        default: .failed(text)
        }
    }

    private static func rest(_ duration: Duration) {
        _ = Monitor(false).wait(until: .now + duration) { $0 ? true : nil }
    }

    private static func isPassing(_ status: Int) -> Bool {
        switch status {
        case 408, 420, 429, 500, 502, 503, 504: true
        default: false
        }
    }

    /// The beginning of an answer's body, for the log.
    static func words(of answer: IncomingResponse) -> String {
        let text = String(decoding: answer.body.prefix(300), as: UTF8.self)
        return String(text.map { $0.isNewline ? " " : $0 })
    }
}

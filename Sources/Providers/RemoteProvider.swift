public import FoundationEssentials

/// A service that makes videos and answers at once: what it makes is asked for later.
///
/// A provider only speaks its service's language. When it is called, how often, and what the site does with the answers is
/// decided by `Generation`, so that no provider can submit twice or lose a result.
public protocol RemoteProvider: Sendable {
    /// The name in the catalog, such as `fal.ai`.
    var name: String { get }
    /// Whether its key is set. Nothing is sent without one.
    var isConfigured: Bool { get }
    /// How long to wait between two polls.
    var pollInterval: Duration { get }
    /// Where results may be fetched from.
    var results: ResultSource { get }

    /// Asks for a video. Throws `.lost` when the service may have accepted the request without saying so.
    func submit(_ request: ProviderRequest) throws(ProviderFault) -> Submission
    /// Reads how far a video is.
    func poll(_ task: ProviderTask) throws(ProviderFault) -> TaskState
    /// Asks the service to stop, and says what it had done until then. It may finish all the same.
    func cancel(_ task: ProviderTask) throws(ProviderFault) -> WorkDone
    /// The ids of the requests since a moment that are like this one, the newest first; nil for a service without a list.
    func requests(like request: ProviderRequest, since moment: Date) throws(ProviderFault) -> [String]?
    /// The longest `data:` URI that the service takes for a picture, in bytes.
    var inlineImageLimit: Int { get }
    /// Checks a webhook and reads which request it is about. What it says about the state is not believed: the state is read
    /// again.
    func verify(_ delivery: WebhookDelivery) throws(WebhookFault) -> WebhookHint
}

extension RemoteProvider {
    /// Few services document such a list.
    public func requests(like request: ProviderRequest, since moment: Date) throws(ProviderFault) -> [String]? { nil }

    /// A service that names no limit takes any.
    public var inlineImageLimit: Int { .max }
}

/// What a service had done of a request that it was asked to stop.
public enum WorkDone: Sendable, Equatable {
    /// It had not begun.
    case nothing
    /// It worked for so long, as it says.
    case took(Duration)
    /// It had begun, or may have, and does not say for how long.
    case unknown
}

/// What a provider is asked to make.
public struct ProviderRequest: Sendable {
    /// The model, by the provider's name for it.
    public var endpoint: String
    /// What the member wrote.
    public var prompt: String
    /// What should not be seen.
    public var negativePrompt: String?
    /// The picture that the video starts from, as a `data:` URI or as an address that the provider can read.
    public var image: String?
    /// Length in milliseconds; nil leaves it to the model.
    public var milliseconds: Int?
    /// Such as `9:16`.
    public var aspectRatio: String?
    /// Such as `720p`.
    public var resolution: String?
    /// Makes a run repeatable where the model can.
    public var seed: Int?
    /// Further parameters of the model, checked against its schema.
    public var parameters: [String: JSON]
    /// Where the provider reports the end; nil without a public address.
    public var webhookURL: String?
    /// The site's own name for the run, which only this site's own workers get.
    public var reference: UUID?

    /// A request.
    public init(
        endpoint: String, prompt: String, negativePrompt: String? = nil, image: String? = nil, milliseconds: Int? = nil,
        aspectRatio: String? = nil, resolution: String? = nil, seed: Int? = nil, parameters: [String: JSON] = [:],
        webhookURL: String? = nil
    ) {
        self.endpoint = endpoint
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.image = image
        self.milliseconds = milliseconds
        self.aspectRatio = aspectRatio
        self.resolution = resolution
        self.seed = seed
        self.parameters = parameters
        self.webhookURL = webhookURL
    }

    /// Whole seconds, rounded up.
    var seconds: Int? { milliseconds.map { ($0 + 999) / 1_000 } }
}

/// A request that a provider has accepted.
public struct Submission: Sendable, Equatable {
    /// The provider's id of it.
    public let requestID: String
    /// The addresses that the provider gave for it, by name.
    public let links: [String: String]
    /// The whole answer, without keys.
    public let answer: String

    /// An accepted request.
    public init(requestID: String, links: [String: String], answer: String) {
        self.requestID = requestID
        self.links = links
        self.answer = answer
    }
}

/// A request that a provider has accepted, as it was recorded.
public struct ProviderTask: Sendable {
    /// The provider's id of it.
    public let requestID: String
    /// The model, by the provider's name for it.
    public let endpoint: String
    /// The addresses that the provider gave for it, by name.
    public let links: [String: String]

    /// A task.
    public init(requestID: String, endpoint: String, links: [String: String] = [:]) {
        self.requestID = requestID
        self.endpoint = endpoint
        self.links = links
    }
}

/// How far a video is.
public enum TaskState: Sendable, Equatable {
    /// The provider has not begun; the number of requests before it where it says so.
    case waiting(position: Int?)
    /// It is being made; the share that is done where the provider says so.
    case running(progress: Double?)
    /// It is made.
    case done(ProviderResult)
    /// It will not be made.
    case failed(ProviderFailure)
}

/// A finished video.
public struct ProviderResult: Sendable, Equatable {
    /// Where it can be fetched.
    public let url: String
    /// The whole answer, without keys.
    public let answer: String

    /// A result.
    public init(url: String, answer: String) {
        self.url = url
        self.answer = answer
    }
}

/// Why a provider did not make a video.
public struct ProviderFailure: Error, Sendable, Equatable {
    /// The provider's words, for the member; never a trace of its program.
    public let message: String
    /// The provider's code, for programs.
    public let code: String
    /// Whether another attempt makes sense.
    public let isRetryable: Bool
    /// Whether it shows that the service does not work, rather than that this request cannot be made.
    public let isOutage: Bool
    /// Whether the service takes its price all the same.
    public let isBilled: Bool
    /// The whole answer, without keys.
    public let answer: String

    /// A failure. Long messages are cut.
    public init(
        _ message: String, code: String, isRetryable: Bool, isOutage: Bool? = nil, isBilled: Bool = false,
        answer: String = "null"
    ) {
        self.message = String(message.prefix(500))
        self.code = code
        self.isRetryable = isRetryable
        self.isOutage = isOutage ?? isRetryable
        self.isBilled = isBilled
        self.answer = answer
    }
}

/// Why a call to a provider has no answer that can be used.
public enum ProviderFault: Error, Sendable, Equatable {
    /// Nothing was accepted, and trying again makes sense, after so many seconds where the provider says so.
    case notAccepted(String, retryAfter: Int?)
    /// Nothing was accepted, since the provider works and wants fewer requests for so many seconds.
    case limited(String, retryAfter: Int?)
    /// The provider may have accepted the request; its answer is missing or unreadable.
    case lost(String)
    /// The provider does not make it.
    case refused(ProviderFailure)
    /// The provider knows no such request.
    case unknownTask(String)
}

/// A webhook as it arrived.
public struct WebhookDelivery: Sendable {
    /// The bytes that were signed.
    public let body: [UInt8]
    /// When it arrived.
    public let receivedAt: Date
    /// The keys of the provider's own key document, where it has one.
    public let keyDocument: String?
    private let header: @Sendable (String) -> String?

    /// A delivery.
    public init(
        body: [UInt8], receivedAt: Date, keyDocument: String? = nil, header: @escaping @Sendable (String) -> String?
    ) {
        self.body = body
        self.receivedAt = receivedAt
        self.keyDocument = keyDocument
        self.header = header
    }

    /// The value of a header.
    func header(_ name: String) throws(WebhookFault) -> String {
        guard let value = header(name), !value.isEmpty else { throw .unsigned(name) }
        return value
    }

    /// Signatures older or newer than this are of no use.
    private static let tolerance = 300.0

    /// Throws when a Unix time in seconds is too far from the arrival.
    func checkTime(_ text: String) throws(WebhookFault) {
        guard let seconds = Int(text) else { throw .forged }
        guard abs(receivedAt.timeIntervalSince1970 - Double(seconds)) <= Self.tolerance else { throw .stale }
    }
}

/// What a webhook is about.
public struct WebhookHint: Sendable, Equatable {
    /// The provider's id of the request.
    public let requestID: String?

    /// A hint.
    public init(requestID: String?) {
        self.requestID = requestID
    }
}

/// Why a webhook is not believed.
public enum WebhookFault: Error, Sendable, Equatable {
    /// A header of the signature is missing.
    case unsigned(String)
    /// The signature is not the provider's.
    case forged
    /// The signature is too old.
    case stale
    /// The keys of the provider are not known yet.
    case keysUnknown
    /// The provider sends no webhooks.
    case unexpected
    /// The body is not what the provider sends.
    case malformed
}

/// Where a provider's results may be fetched from.
public struct ResultSource: Sendable, Equatable {
    /// Host names, each with all names below it.
    public let hosts: [String]
    /// An address that is allowed as it is, for a provider on this machine or network.
    public let origin: String?

    /// A source. An `origin` on loopback allows loopback addresses, and no other origin does.
    public init(hosts: [String], baseURL: String) {
        self.hosts = hosts
        origin = Self.origin(of: baseURL).flatMap { Self.isLoopback(host(of: $0)) ? $0 : nil }
    }

    /// Whether an address may be fetched: https and a host of the list, or the origin itself.
    public func allows(_ url: String) -> Bool {
        guard let origin = Self.origin(of: url), !url.contains("@"), url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else {
            return false
        }
        if origin == self.origin { return true }
        let host = Providers.host(of: origin)
        return url.hasPrefix("https://") && hosts.contains { host == $0 || host.hasSuffix("." + $0) }
    }

    /// Scheme, host and port; nil for anything but http and https.
    static func origin(of url: String) -> String? {
        guard let scheme = ["https://", "http://"].first(where: { url.hasPrefix($0) }) else { return nil }
        let rest = url.dropFirst(scheme.count).prefix { !"/?#\\".contains($0) }
        return rest.isEmpty ? nil : scheme + rest.lowercased()
    }

    private static func isLoopback(_ host: String) -> Bool { host == "localhost" || host.hasPrefix("127.") }
}

/// The host of an origin.
func host(of origin: String) -> String {
    let rest = origin.drop { $0 != "/" }.dropFirst(2)
    return String(rest.prefix { $0 != ":" })
}

internal import Crypto
public import FoundationEssentials
internal import HTTPClient

/// A browser to which a message is sent.
public struct PushTarget: Sendable {
    /// What names it to the caller.
    public let id: Int64
    /// The address at its push service.
    public let endpoint: String
    /// Its public key: a point of 65 bytes.
    public let point: [UInt8]
    /// The 16 bytes that only it and this site know.
    public let secret: [UInt8]
    /// How often it has been tried with this one.
    public let attempt: Int

    /// A target by its parts.
    public init(id: Int64, endpoint: String, point: [UInt8], secret: [UInt8], attempt: Int = 1) {
        self.id = id
        self.endpoint = endpoint
        self.point = point
        self.secret = secret
        self.attempt = attempt
    }
}

/// A message and how long a push service keeps it for a browser that is away.
public struct PushMessage: Sendable {
    /// What the page's worker gets; at most ``PushEncryption/longestMessage`` bytes.
    public let bytes: [UInt8]
    /// A later message of the same topic replaces one that waits; at most 32 characters of base64url.
    public let topic: String
    /// How long it is kept, in seconds.
    public let life: Int

    /// A message.
    public init(_ bytes: [UInt8], topic: String, life: Int) {
        self.bytes = bytes
        self.topic = topic
        self.life = life
    }
}

/// What became of a message to one browser.
public enum PushOutcome: Sendable, Equatable {
    /// The push service has it.
    case delivered
    /// The subscription is no more.
    case gone
    /// The service, or this site, will never take it.
    case refused(String)
    /// No answer came; the service may have it.
    case uncertain(String)
    /// The service may take it after so many seconds. `wasTried` says whether it was sent this time.
    case again(seconds: Int, wasTried: Bool = true, String)
}

/// Sends push messages (RFC 8030), many at a time.
public final class PushSender {
    /// How many requests are under way at a time.
    public static let width = 96
    /// The longest that a service may ask to wait, in seconds; a message is worth nothing after that.
    public static let longestWait = 86_400

    private let services: PushServices
    private let identity: PushIdentity
    private let burst: HTTPBurst
    private var tokens: [String: (header: String, end: Date)] = [:]
    /// Services that have asked to wait, and until when.
    private var pauses: [String: Date] = [:]

    /// A sender; nil when the machine has no memory for it.
    public init?(_ identity: PushIdentity, services: PushServices) {
        guard let burst = HTTPBurst(width: Self.width) else { return nil }
        self.identity = identity
        self.services = services
        self.burst = burst
    }

    /// Sends a message to each target, and reports what became of it. While `mayGoOn` is false no further one is begun; the
    /// others are to be tried again.
    public func send(
        _ message: PushMessage, to targets: [PushTarget], now: () -> Date = { Date.now },
        mayGoOn: () -> Bool = { true },
        report: (PushTarget, PushOutcome) -> Void
    ) {
        var place = 0
        burst.run {
            while place < targets.count {
                let target = targets[place]
                place += 1
                guard mayGoOn() else {
                    report(target, .again(seconds: 0, wasTried: false, "this process ends"))
                    continue
                }
                switch prepare(message, target, now()) {
                case .success(let request): return (place - 1, request)
                case .failure(let unsent): report(target, unsent.outcome)
                }
            }
            return nil
        } done: { place, answer in
            report(targets[place], outcome(of: answer, targets[place], now()))
        }
    }

    private struct Unsent: Error {
        let outcome: PushOutcome
    }

    private func prepare(
        _ message: PushMessage, _ target: PushTarget, _ now: Date
    ) -> Result<OutgoingRequest, Unsent> {
        guard let origin = services.origin(of: target.endpoint) else {
            return .failure(Unsent(outcome: .refused("the push service is not one of PUSH_SERVICES")))
        }
        if let until = pauses[origin], until > now {
            let seconds = Int(until.timeIntervalSince(now)) + 1
            return .failure(
                Unsent(outcome: .again(seconds: seconds, wasTried: false, "the push service asked to wait")))
        }
        guard let browser = P256PublicKey(target.point),
            let body = PushEncryption.seal(message.bytes, for: browser, secret: target.secret)
        else { return .failure(Unsent(outcome: .refused("the message cannot be encrypted"))) }
        guard let authorization = token(origin, now) else {
            return .failure(Unsent(outcome: .refused("the token cannot be signed")))
        }
        var request = OutgoingRequest(
            method: "POST", url: target.endpoint,
            headers: [
                ("TTL", "\(message.life)"), ("Content-Encoding", "aes128gcm"),
                ("Content-Type", "application/octet-stream"), ("Authorization", authorization), ("Urgency", "normal"),
                ("Topic", message.topic),
            ], body: body, timeout: .seconds(5), connectTimeout: .seconds(3), responseLimit: 8_192)
        request.needsPublicAddress = services.needsPublicAddress(origin)
        return .success(request)
    }

    /// A token is signed once for each service and many messages.
    private func token(_ origin: String, _ now: Date) -> String? {
        if let known = tokens[origin], known.end > now { return known.header }
        guard let header = identity.authorization(for: origin, at: now) else { return nil }
        tokens[origin] = (header, now + PushIdentity.tokenLife / 2)
        return header
    }

    private func outcome(
        of answer: Result<IncomingResponse, HTTPClientError>, _ target: PushTarget, _ now: Date
    ) -> PushOutcome {
        let response: IncomingResponse
        switch answer {
        case .success(let given): response = given
        case .failure(.unreachable(let reason)), .failure(.untrusted(let reason)):
            return .again(seconds: Self.wait(after: target.attempt), reason)
        case .failure(.invalidRequest(let reason)): return .refused(reason)
        // It may have arrived, and nothing is to arrive twice.
        case .failure(let error): return .uncertain("\(error)")
        }
        switch response.status {
        case 200..<300: return .delivered
        case 404, 410: return .gone
        case 429, 503:
            let asked = response.retryAfter(now: now)
            let seconds = min(
                max(1, asked ?? (response.status == 429 ? 60 : Self.wait(after: target.attempt))), Self.longestWait)
            if asked != nil || response.status == 429, let origin = services.origin(of: target.endpoint) {
                pauses[origin] = now + TimeInterval(seconds)
            }
            return .again(seconds: seconds, "the push service answered \(response.status)")
        case 500...599:
            return .again(
                seconds: Self.wait(after: target.attempt), "the push service answered \(response.status)")
        default: return .refused("the push service answered \(response.status)")
        }
    }

    /// Half a minute, doubled with each attempt, an hour at most.
    private static func wait(after attempt: Int) -> Int {
        min(3_600, 30 << min(max(attempt - 1, 0), 7))
    }
}

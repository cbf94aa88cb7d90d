internal import Catalog
package import Configuration
public import FoundationEssentials
package import Providers
internal import Text

/// How much members may generate, and how providers are called.
package struct GenerationSettings: SettingGroup {
    package static let title = "Generation"

    package let monthlySeconds = Setting(
        "MONTHLY_LIMIT_SECONDS", default: 600, in: 0...10_000_000, unit: "seconds",
        "How many seconds of video each member may generate in a calendar month, UTC.")
    package let limitStart = Setting(
        optional: "LIMIT_START_DATE", .moment,
        "From this moment on, until LIMIT_END_DATE, seconds are counted from this moment instead of by the month.")
    package let limitEnd = Setting(
        optional: "LIMIT_END_DATE", .moment,
        "When months count again; required with LIMIT_START_DATE alone in the past.")
    package let concurrency = Setting(
        "PROVIDER_CONCURRENCY", default: 5, in: 1...1_000, unit: "requests",
        "How many requests each provider works on at once.")
    package let localConcurrency = Setting(
        "LOCAL_CONCURRENCY", default: 2, in: 1...64, unit: "videos",
        "How many videos the site's own renderer draws at once.")
    package let timeoutSeconds = Setting(
        "GENERATION_TIMEOUT_SECONDS", default: 600, in: 10...86_400, unit: "seconds",
        "How long after its submission a request is cancelled at its provider and fails.")
    package let retryMilliseconds = Setting(
        "GENERATION_RETRY_MS", default: 5_000, in: 10...600_000, unit: "milliseconds",
        "How long a failed call waits before it is made again; the wait doubles with each attempt.")
    package let pollMilliseconds = Setting(
        "GENERATION_POLL_MS", default: 0, in: 0...600_000, unit: "milliseconds",
        "How long to wait between two polls of a request; 0 for what each provider recommends.")

    package init() {}
}

extension Settings {
    /// How much members may generate, and how providers are called.
    package var generation: SettingValues<GenerationSettings> { self[GenerationSettings.self] }

    /// The providers of this installation, with their keys.
    package var providerRegistry: ProviderRegistry {
        providers.registry(
            keys: ProviderKeys(
                fal: catalog.falKey, runway: catalog.runwayKey, runPod: catalog.runPodKey,
                replicate: catalog.replicateToken))
    }
}

extension SettingValues<GenerationSettings> {
    /// The limit of seconds.
    package var secondsLimit: SecondsLimit {
        SecondsLimit(milliseconds: self.monthlySeconds * 1_000, start: self.limitStart, end: self.limitEnd)
    }

    /// How providers are called.
    package var pace: GenerationPace {
        GenerationPace(
            concurrency: self.concurrency, localConcurrency: self.localConcurrency,
            timeout: .seconds(self.timeoutSeconds),
            firstRetry: .milliseconds(self.retryMilliseconds),
            pollInterval: self.pollMilliseconds == 0 ? nil : .milliseconds(self.pollMilliseconds))
    }
}

/// How many milliseconds a member may generate in a period.
public struct SecondsLimit: Sendable {
    /// The limit.
    public let milliseconds: Int
    /// The range in which usage counts from its start instead of by the month.
    public let start: Date?
    /// The end of that range.
    public let end: Date?

    /// A limit.
    public init(milliseconds: Int, start: Date? = nil, end: Date? = nil) {
        self.milliseconds = milliseconds
        self.start = start
        self.end = end
    }
}

/// How providers are called.
public struct GenerationPace: Sendable {
    /// Requests at each provider at once.
    public let concurrency: Int
    /// Videos that this site draws at once.
    public let localConcurrency: Int
    /// How long a request may take.
    public let timeout: Duration
    /// The wait after the first failed call.
    public let firstRetry: Duration
    /// The wait between two polls; nil for what each provider recommends.
    public let pollInterval: Duration?
    /// How often a request is sent at most.
    public let attempts = 3

    /// A pace.
    public init(
        concurrency: Int = 5, localConcurrency: Int = 2, timeout: Duration = .seconds(600),
        firstRetry: Duration = .seconds(5), pollInterval: Duration? = nil
    ) {
        self.concurrency = concurrency
        self.localConcurrency = localConcurrency
        self.timeout = timeout
        self.firstRetry = firstRetry
        self.pollInterval = pollInterval
    }

    /// The places at a provider.
    func places(at provider: String) -> Int { provider == ProviderRegistry.local ? localConcurrency : concurrency }

    /// The wait between two polls of a provider.
    func interval(of provider: any RemoteProvider) -> Duration { pollInterval ?? provider.pollInterval }
}

extension ValueFormat<Date> {
    fileprivate static var moment: Self {
        ValueFormat("RFC 3339 time") { text throws(FormatFault) in
            guard let date = Date(rfc3339: text) else {
                throw FormatFault("must be like 2026-01-16T00:00:00Z", not: text)
            }
            return date
        }
    }
}

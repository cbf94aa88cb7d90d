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

    package let reconcileSeconds = Setting(
        "RECONCILE_SECONDS", default: 60, in: 1...3_600, unit: "seconds",
        "How long after a submission without an answer the provider's list of requests must have it; else it is sent again."
    )
    package let breakerCalls = Setting(
        "PROVIDER_BREAKER_CALLS", default: 10, in: 1...100_000, unit: "calls",
        "How many calls of the last five minutes it takes to judge whether a provider works.")
    package let breakerPercent = Setting(
        "PROVIDER_BREAKER_PERCENT", default: 50, in: 1...100, unit: "percent",
        "How many of those calls must fail, or be slow, until nothing more is sent to the provider for a while.")
    package let slowMilliseconds = Setting(
        "PROVIDER_SLOW_MS", default: 15_000, in: 10...600_000, unit: "milliseconds",
        "From how long on a call to a provider is slow.")
    package let breakerPauseMilliseconds = Setting(
        "PROVIDER_BREAKER_PAUSE_MS", default: 30_000, in: 10...3_600_000, unit: "milliseconds",
        "How long nothing is sent to a provider that does not work; the pause doubles with each request that fails after it."
    )

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
            pollInterval: self.pollMilliseconds == 0 ? nil : .milliseconds(self.pollMilliseconds),
            reconcileAfter: .seconds(self.reconcileSeconds),
            breaker: BreakerRule(
                minimumCalls: self.breakerCalls, badPercent: self.breakerPercent,
                slow: .milliseconds(self.slowMilliseconds), pause: .milliseconds(self.breakerPauseMilliseconds)))
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

/// When nothing more is sent to a provider, judged by the calls of the last five minutes.
public struct BreakerRule: Sendable {
    /// The calls that it takes to judge.
    public let minimumCalls: Int
    /// The share of them, in percent, that must have failed or been slow.
    public let badPercent: Int
    /// From how long on a call is slow.
    public let slow: Duration
    /// How long nothing is sent then; doubled by each request that fails after it.
    public let pause: Duration

    /// A rule.
    public init(
        minimumCalls: Int = 10, badPercent: Int = 50, slow: Duration = .seconds(15), pause: Duration = .seconds(30)
    ) {
        self.minimumCalls = minimumCalls
        self.badPercent = badPercent
        self.slow = slow
        self.pause = pause
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
    /// How long after a submission without an answer the provider's list must have it.
    public let reconcileAfter: Duration
    /// When nothing more is sent to a provider that does not work.
    public let breaker: BreakerRule

    /// A pace.
    public init(
        concurrency: Int = 5, localConcurrency: Int = 2, timeout: Duration = .seconds(600),
        firstRetry: Duration = .seconds(5), pollInterval: Duration? = nil, reconcileAfter: Duration = .seconds(60),
        breaker: BreakerRule = BreakerRule()
    ) {
        self.concurrency = concurrency
        self.localConcurrency = localConcurrency
        self.timeout = timeout
        self.firstRetry = firstRetry
        self.pollInterval = pollInterval
        self.reconcileAfter = reconcileAfter
        self.breaker = breaker
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

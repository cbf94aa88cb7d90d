internal import FoundationEssentials
internal import HTTPClient
internal import Synchronization
internal import Text

/// A document of a provider, cached for a while. When it cannot be fetched again it is used for another day, so that a
/// short outage of the provider does not prevent sign-ins.
final class CachedDocument<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var freshUntil = ContinuousClock.now
        var usableUntil = ContinuousClock.now
        var lastRenewal: ContinuousClock.Instant?
    }

    private static var grace: Duration { .seconds(86_400) }

    private let state = Mutex(State())
    private let fetch: @Sendable () throws(ProviderFault) -> (Value, life: Duration)
    private let pause: Duration

    /// `pause` is the shortest time between renewals before the end of the document's life.
    init(pause: Duration, fetch: @escaping @Sendable () throws(ProviderFault) -> (Value, life: Duration)) {
        self.pause = pause
        self.fetch = fetch
    }

    /// The document.
    func value() throws(ProviderFault) -> Value {
        let now = ContinuousClock.now
        let kept = state.withLock { $0.freshUntil > now ? $0.value : nil }
        if let kept { return kept }
        do {
            return try renew()
        } catch {
            let old = state.withLock { $0.usableUntil > now ? $0.value : nil }
            guard case .unavailable = error, let old else { throw error }
            return old
        }
    }

    /// The document, fetched again before its life ends; nil when that has just been done. So forged tokens cannot make
    /// this site send request after request to the provider.
    func renewed() throws(ProviderFault) -> Value? {
        let now = ContinuousClock.now
        let mayAsk = state.withLock { state in
            if let last = state.lastRenewal, last + pause > now { return false }
            state.lastRenewal = now
            return true
        }
        return mayAsk ? try renew() : nil
    }

    private func renew() throws(ProviderFault) -> Value {
        let (value, life) = try fetch()
        let now = ContinuousClock.now
        state.withLock { state in
            state.value = value
            state.freshUntil = now + life
            state.usableUntil = now + life + Self.grace
        }
        return value
    }
}

extension IncomingResponse {
    /// How long the answer may be kept by its own word, within bounds.
    func life(within bounds: ClosedRange<Int>, otherwise standard: Int) -> Duration {
        let directives = (header("cache-control") ?? "").split(separator: ",").map { $0.trimmed.lowercased() }
        let named = directives.lazy.filter { $0.hasPrefix("max-age=") }.compactMap { Int($0.dropFirst(8)) }.first
        return .seconds(min(max(named ?? standard, bounds.lowerBound), bounds.upperBound))
    }
}

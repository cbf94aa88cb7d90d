public import FoundationEssentials

/// What keeps a waiting entry of the list of jobs from beginning, beside those before it.
public struct JobObstacle: Sendable, Equatable {
    /// Identifies it for programs.
    public enum Code: String, Sendable, CaseIterable {
        /// An admin has paused the queue.
        case queuePaused = "queue_paused"
        /// An admin has paused the kind.
        case kindPaused = "kind_paused"
        /// An admin has paused the provider.
        case providerPaused = "provider_paused"
        /// The provider does not work, and gets nothing until a moment.
        case breakerOpen = "breaker_open"
        /// Another request shows whether the provider works again.
        case probing
        /// The provider asked for no requests until a moment.
        case retryAfter = "retry_after"
        /// The provider gets no more requests in this minute.
        case rate
        /// The provider works on as many requests as it may.
        case places
    }

    /// Which it is.
    public let code: Code
    /// The same in words.
    public let sentence: String
    /// When it ends, where that is known.
    public let until: Date?

    init(_ code: Code, _ sentence: String, until: Date? = nil) {
        self.code = code
        self.sentence = sentence
        self.until = until
    }
}

extension JobOverview {
    /// An entry with what keeps it from beginning.
    func explaining(_ entry: JobEntry) -> JobEntry {
        var entry = entry
        entry.obstacle = entry.state == .queued ? obstacle(of: entry) : nil
        return entry
    }

    private func obstacle(of entry: JobEntry) -> JobObstacle? {
        if queues.contains(where: { $0.name == entry.queue && $0.pausedAt != nil }) {
            return JobObstacle(.queuePaused, "The queue \(entry.queue) is paused.")
        }
        let isVideo = if case .video = entry.reference { true } else { false }
        let step = entry.queue == GenerationJobs.outward ? SubmitGeneration.kind : DrawGeneration.kind
        if kinds.contains(where: { $0.name == (isVideo ? step : entry.kind) && $0.pausedAt != nil }) {
            return JobObstacle(.kindPaused, isVideo ? "New videos are paused." : "Jobs of this kind are paused.")
        }
        guard isVideo, let provider = providers.first(where: { $0.name == entry.provider }),
            let figures = provider.figures
        else { return nil }
        return figures.obstacle(named: provider.displayName)
    }
}

extension ProviderFigures {
    /// What keeps a request from being sent to the provider.
    func obstacle(named name: String) -> JobObstacle? {
        if pausedAt != nil { return JobObstacle(.providerPaused, "\(name) is paused.") }
        switch breaker {
        case .open:
            let why = reason == "slow" ? "answers slowly" : "does not work"
            return JobObstacle(.breakerOpen, "\(name) \(why) and is tried again later.", until: retryAt)
        case .halfOpen: return JobObstacle(.probing, "One request shows whether \(name) works again.")
        case .closed: break
        }
        if let restingUntil {
            return JobObstacle(.retryAfter, "\(name) asked for no requests for a while.", until: restingUntil)
        }
        if let submissionsPerMinute, submittedLastMinute >= submissionsPerMinute {
            return JobObstacle(.rate, "\(name) gets \(submissionsPerMinute) a minute at most.")
        }
        guard underWay >= places else { return nil }
        return JobObstacle(.places, "All places at \(name) are taken (\(places)).")
    }
}

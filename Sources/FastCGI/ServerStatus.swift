public import Platform
internal import Synchronization

/// What a server does at the moment, read without waiting for any of its threads.
public struct ServerStatus: Sendable {
    /// One thread, and the request or group that it works on.
    public struct Thread: Sendable {
        /// Its name.
        public let name: String
        /// Nil when it has nothing to do.
        public let work: RequestActivity.Report?
    }

    /// The threads in the order in which they were started.
    public let threads: [Thread]
    /// The requests that no thread works on: they wait for a thread, or for a group's answer.
    public let waiting: [RequestActivity.Report]
    /// How many requests are in progress.
    public let inProgress: Int
    /// How many may be.
    public let limit: Int
    /// How many pieces of work wait for a thread that may block.
    public let waitingForThread: Int
    /// How many requests have been answered.
    public let served: Int

    init(_ state: ServerState) {
        // Others only accept connections and read.
        let working = WorkingThread.all.filter { $0.name.hasPrefix("io-") || $0.name.hasPrefix("serve-") }.map {
            ($0.name, $0.work)
        }
        threads = working.map { Thread(name: $0, work: $1?.report) }
        let busy = Set(working.compactMap { $0.1.map(ObjectIdentifier.init) })
        waiting = state.requests.filter { !busy.contains(ObjectIdentifier($0)) }.compactMap(\.report)
        (inProgress, limit) = state.eventLoop.load
        waitingForThread = state.eventLoop.blockingThreads.waiting
        served = state.served.load(ordering: .relaxed)
    }
}

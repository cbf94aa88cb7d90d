internal import FoundationEssentials
public import Logging
public import Platform
public import Postgres
internal import Synchronization
public import Text

/// Counts how often a network asks for what only costs its answer, without asking Postgres before each: this process
/// decides at once, and settles with Postgres once a second what it let through.
///
/// In one process the limit is exact. What other processes let through is known within a second, so that a network which
/// asks several at once from a standstill can have that many limits in that second; it is counted all the same, and the
/// network waits the longer for it. Whoever has taken no more than a tenth of the limit is not worth a row each second: of
/// that nobody else hears until it is more. While Postgres is away each process counts for itself. For whatever must never
/// pass once too often there is `RateLimiter`.
public final class SettledLimiter: Sendable {
    private static let interval = Duration.seconds(1)
    /// What one statement settles at most.
    private static let batchLimit = 8_192

    private let name: String
    private let allowed: Int
    /// What a network takes in two minutes without being spoken of.
    private let quiet: Int
    private let capacity: Int
    private let database: Database
    private let clock: WallClock
    private let log: Log
    private let state = Monitor(State())
    /// Held while somebody settles, and whether that failed the last time.
    private let settling = Mutex(false)
    private let thread = Mutex<BackgroundThread?>(nil)

    private struct State {
        var windows: [Bytes16: SettledWindow] = [:]
        /// Whose windows are listed, to be settled the next time.
        var listed: [Bytes16] = []
        /// How far the database's clock, whose minutes count, is ahead of ours.
        private(set) var ahead = 0.0
        var sweptIn: Int32 = 0
        var uncounted = 0
        var isStopping = false

        /// Lists everybody of whom there is something to tell.
        mutating func listAll() {
            for (network, window) in windows where window.isOwing {
                windows[network]?.list()
                listed.append(network)
            }
        }

        /// Learns from the time that the database told between two looks at ours. What may be right stays.
        mutating func learn(_ told: Double, between asked: Double, and heard: Double) {
            ahead = min(max(ahead, told - heard), told - asked)
        }
    }

    /// A limiter of a class of requests, which `name` names, that lets each network through `allowed` times a minute.
    /// Networks beyond `capacity` at a time pass uncounted.
    public init(
        _ name: String, allowed: Int, database: Database, log: Log, clock: WallClock = .system, capacity: Int = 65_536
    ) {
        self.name = name
        self.allowed = allowed
        quiet = allowed / 10
        self.capacity = capacity
        self.database = database
        self.clock = clock
        self.log = log
    }

    /// Starts the thread that settles.
    public func start() throws(SystemError) {
        let thread = try BackgroundThread(named: "limits") { [self] in
            try? learnClock()
            while pause() { settle() }
            settle()
        }
        self.thread.withLock { $0 = thread }
    }

    /// Settles what is left and ends the thread.
    public func stop() {
        state.update { $0.isStopping = true }
        thread.withLock(\.self)?.join()
    }

    /// Counts one request of a network whose minute has room for it.
    public func take(_ network: Bytes16) -> RateStanding {
        let time = seconds()
        let (standing, isFirst) = state.withLock { state -> (RateStanding, Bool) in
            let moment = RateMoment(seconds: time + state.ahead)
            let wasEmpty = state.windows.isEmpty
            guard state.windows.count < capacity || state.windows[network] != nil else {
                state.uncounted += 1
                return (RateStanding(isAllowed: true, allowed: allowed, remaining: allowed - 1, wait: 1), false)
            }
            let (standing, isNews) = state.windows[network, default: SettledWindow(moment.minute)]
                .take(allowed, quiet: quiet, at: moment)
            if isNews { state.listed.append(network) }
            return (standing, wasEmpty)
        }
        if isFirst { state.update { _ in } }
        return standing
    }

    /// Tells Postgres what passed since the last time, and hears what passed elsewhere. What cannot be told now is told
    /// the next time, as long as it matters.
    public func settle() {
        settling.withLock { hasFailed in
            var left = state.withLock { state in
                // Those who have to go are told of first, however seldom they read.
                if isTight(state) { state.listAll() }
                defer { state.listed = [] }
                return state.listed
            }[...]
            do {
                while !left.isEmpty {
                    try settle(left.prefix(Self.batchLimit))
                    left = left.dropFirst(Self.batchLimit)
                }
                if hasFailed { log.notice("limits are settled again", ["limit": .string(name)]) }
                hasFailed = false
            } catch {
                // Not what is left of the list: many have asked anew meanwhile, and each stands there once.
                state.withLock { state in
                    state.listed = state.windows.filter(\.value.isListed).map(\.key)
                }
                if !hasFailed {
                    log.warning(
                        "limits cannot be settled", ["limit": .string(name), "error": .string("\(error)")])
                }
                hasFailed = true
            }
            sweep()
        }
    }

    /// Whether there is so little room left that those are forgotten who ask for nothing at the moment.
    private func isTight(_ state: State) -> Bool { state.windows.count >= capacity / 4 * 3 }

    /// How many networks are kept at the moment.
    var count: Int { state.withLock { $0.windows.count } }

    /// Waits for the next time to settle; false when it is the last.
    private func pause() -> Bool {
        _ = state.wait { !$0.windows.isEmpty || $0.isStopping ? true : nil }
        return state.wait(until: .now + Self.interval) { $0.isStopping ? false : nil } ?? true
    }

    private func seconds() -> Double { clock.now().timeIntervalSince1970 }

    private func learnClock() throws {
        let asked = seconds()
        let answered: Date = try database.one("select dailies_now()")
        let heard = seconds()
        state.withLock { $0.learn(answered.timeIntervalSince1970, between: asked, and: heard) }
    }

    private func settle(_ networks: ArraySlice<Bytes16>) throws {
        let asked = seconds()
        let (minute, told) = state.withLock { state in
            let minute = RateMoment(seconds: asked + state.ahead).minute
            return (
                minute,
                networks.compactMap { network in
                    state.windows[network]?.handOver(in: minute).map { (network, $0) }
                }
            )
        }
        let answers: [Answer]
        do {
            // A statement that fails has counted nothing, unless the connection was lost between its end and its
            // answer: then a second's requests count twice rather than never.
            answers = try database.query(
                """
                select key, minute, current_count, previous_count, answered_at
                from sync_rates(
                    \(told.map { "\(name) \($0.0.hex)" }), \(told.map(\.1.current)), \(told.map(\.1.previous)),
                    \(Date(timeIntervalSince1970: Double(minute) * 60))
                )
                """)
        } catch {
            state.withLock { state in
                for (network, counts) in told { state.windows[network]?.takeBack(counts) }
            }
            throw error
        }
        let heard = seconds()
        state.withLock { state in
            if let moment = answers.first?.moment { state.learn(moment, between: asked, and: heard) }
            for answer in answers { state.windows[answer.network]?.adopt(answer.counts) }
        }
    }

    /// Forgets who was quiet for two minutes, which loses nothing. When that leaves too little room, those go who have
    /// not asked since, unless they are refused; what they did is known a second after they come again.
    private func sweep() {
        let time = seconds()
        let uncounted = state.withLock { state -> Int in
            let minute = RateMoment(seconds: time + state.ahead).minute
            if isTight(state) || state.sweptIn != minute {
                state.windows = state.windows.filter { !$0.value.isQuiet(in: minute) }
                state.sweptIn = minute
            }
            if isTight(state) {
                state.windows = state.windows.filter { $0.value.isListed || $0.value.isFull(allowed) }
            }
            defer { state.uncounted = 0 }
            return state.uncounted
        }
        if uncounted > 0 {
            log.warning("requests passed uncounted", ["limit": .string(name), "requests": .int(uncounted)])
        }
    }

    private struct Answer: RowDecodable {
        let network: Bytes16
        let counts: SlidingMinute
        let moment: Double

        init(row: Row) throws(DatabaseError) {
            let key: String = try row.value(at: 0)
            let minute: Date = try row.value(at: 1)
            let moment: Date = try row.value(at: 4)
            network = Bytes16(hex: key.suffix(32)) ?? Bytes16([])
            counts = SlidingMinute(
                minute: RateMoment(seconds: minute.timeIntervalSince1970).minute, current: try row.value(at: 2),
                previous: try row.value(at: 3))
            self.moment = moment.timeIntervalSince1970
        }
    }
}

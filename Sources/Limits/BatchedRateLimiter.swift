internal import FoundationEssentials
public import Logging
public import Platform
public import Postgres
internal import Synchronization
public import Text

/// Limits requests that only cost their answer, without asking Postgres before each: this process decides at once, and
/// exchanges its counts with Postgres once a second.
///
/// In one process the limit is exact. The counts of other processes arrive within a second. A network that sends
/// requests to several processes at once can therefore use the limit of each in its first second; all of them are
/// counted, so it waits longer afterwards. A network that has used at most a tenth of the limit is not reported, since a
/// row each second would cost more than it is worth; other processes learn of it when it passes that share. While
/// Postgres is not available each process counts for itself. Limits that must never be exceeded use `RateLimiter`.
public final class BatchedRateLimiter: Sendable {
    private static let interval = Duration.seconds(1)
    /// How long the difference to the database's clock is trusted, in seconds. Reports renew it; quiet networks need none.
    private static let clockLifetime = 10.0
    /// The most windows that one statement exchanges.
    private static let batchLimit = 8_192

    private let name: String
    private let allowed: Int
    private let capacity: Int
    private let database: Database
    private let clock: WallClock
    private let log: Log
    private let state = Monitor(State())
    /// Held during an exchange. The value says whether the last one failed.
    private let settling = Mutex(false)
    private let thread = Mutex<BackgroundThread?>(nil)

    private struct State {
        var windows: [Identifier128: BatchedRateWindow] = [:]
        /// The networks whose windows are part of the next exchange.
        var listed: [Identifier128] = []
        /// How far the database's clock, which defines the minutes, is ahead of ours.
        private(set) var ahead = 0.0
        /// When that was learned, by our clock.
        private(set) var learnedAt = -Double.infinity
        var sweptIn: Int32 = 0
        var uncounted = 0
        var isStopping = false

        /// Lists every network with requests that have not been reported.
        mutating func listAll() {
            for (network, window) in windows where window.isOwing {
                windows[network]?.list()
                listed.append(network)
            }
        }

        /// Corrects `ahead` by a time of the database that was read between two readings of our clock.
        mutating func learn(_ databaseTime: Double, between asked: Double, and answered: Double) {
            ahead = min(max(ahead, databaseTime - answered), databaseTime - asked)
            learnedAt = answered
        }
    }

    /// A limiter of a class of requests, which `name` names, that lets each network through `allowed` times a minute.
    /// Networks beyond `capacity` at a time pass uncounted.
    public init(
        _ name: String, allowed: Int, database: Database, log: Log, clock: WallClock = .system, capacity: Int = 65_536
    ) {
        self.name = name
        self.allowed = allowed
        self.capacity = capacity
        self.database = database
        self.clock = clock
        self.log = log
    }

    /// Starts the thread that exchanges the counts.
    public func start() throws(SystemError) {
        let thread = try BackgroundThread(named: "limits") { [self] in
            try? learnClock()
            while pause() { synchronize() }
            synchronize()
        }
        self.thread.withLock { $0 = thread }
    }

    /// Reports what is left and ends the thread.
    public func stop() {
        state.update { $0.isStopping = true }
        thread.withLock(\.self)?.join()
    }

    /// Counts one request of a network if its minute has room for it: for as many as every network, or for `own`, when
    /// the window is of something else, such as an API key.
    public func take(_ network: Identifier128, own: Int? = nil) -> RateStanding {
        let time = seconds()
        let allowed = own ?? self.allowed
        let quiet = allowed / 10
        let (standing, isFirst) = state.withLock { state -> (RateStanding, Bool) in
            let moment = RateMoment(seconds: time + state.ahead)
            let wasEmpty = state.windows.isEmpty
            guard state.windows.count < capacity || state.windows[network] != nil else {
                state.uncounted += 1
                return (RateStanding(isAllowed: true, allowed: allowed, remaining: allowed - 1, wait: 1), false)
            }
            let (standing, isNews) = state.windows[network, default: BatchedRateWindow(moment.minute)]
                .take(allowed, quiet: quiet, at: moment)
            if isNews { state.listed.append(network) }
            return (standing, wasEmpty)
        }
        if isFirst { state.update { _ in } }
        return standing
    }

    /// Reports the requests since the last exchange to Postgres, and reads the counts of all processes. What cannot be
    /// reported now is part of the next exchange, as long as it matters.
    public func synchronize() {
        settling.withLock { hasFailed in
            var left = state.withLock { state in
                // Windows that must be dropped are reported first, however few requests they hold.
                if isTight(state) { state.listAll() }
                defer { state.listed = [] }
                return state.listed
            }[...]
            do {
                while !left.isEmpty {
                    try exchange(left.prefix(Self.batchLimit))
                    left = left.dropFirst(Self.batchLimit)
                }
                try learnClockIfOld()
                if hasFailed { log.notice("limits are exchanged again", ["limit": .string(name)]) }
                hasFailed = false
            } catch {
                // Not the rest of the old list: new requests have come since, and each network is listed once.
                state.withLock { state in
                    state.listed = state.windows.filter(\.value.isListed).map(\.key)
                }
                if !hasFailed {
                    log.warning(
                        "limits cannot be exchanged", ["limit": .string(name), "error": .string("\(error)")])
                }
                hasFailed = true
            }
            sweep()
        }
    }

    /// Whether there is so little room left that networks without requests at the moment are dropped.
    private func isTight(_ state: State) -> Bool { state.windows.count >= capacity / 4 * 3 }

    /// How many networks are known at the moment.
    var count: Int { state.withLock { $0.windows.count } }

    /// Waits for the time of the next exchange; false when it is the last.
    private func pause() -> Bool {
        _ = state.wait { !$0.windows.isEmpty || $0.isStopping ? true : nil }
        return state.wait(until: .now + Self.interval) { $0.isStopping ? false : nil } ?? true
    }

    private func seconds() -> Double { clock.now().timeIntervalSince1970 }

    /// Either clock may have been set since; without reports nothing else would show it.
    private func learnClockIfOld() throws {
        let now = seconds()
        let isOld = state.withLock { abs(now - $0.learnedAt) > Self.clockLifetime }
        if isOld { try learnClock() }
    }

    func learnClock() throws {
        let asked = seconds()
        let databaseTime: Date = try database.one("select dailies_now()")
        let answered = seconds()
        state.withLock { $0.learn(databaseTime.timeIntervalSince1970, between: asked, and: answered) }
    }

    private func exchange(_ networks: ArraySlice<Identifier128>) throws {
        let asked = seconds()
        let (minute, reports) = state.withLock { state in
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
                    \(reports.map { "\(name) \($0.0.hex)" }), \(reports.map(\.1.current)), \(reports.map(\.1.previous)),
                    \(Date(timeIntervalSince1970: Double(minute) * 60))
                )
                """)
        } catch {
            state.withLock { state in
                for (network, counts) in reports { state.windows[network]?.takeBack(counts) }
            }
            throw error
        }
        let answered = seconds()
        state.withLock { state in
            if let moment = answers.first?.moment { state.learn(moment, between: asked, and: answered) }
            for answer in answers { state.windows[answer.network]?.adopt(answer.counts) }
        }
    }

    /// Drops windows without requests for two minutes, which loses nothing. When that leaves too little room, it also
    /// drops windows without requests since the last exchange, unless they are full; their counts are read again within a
    /// second of the next request.
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
        let network: Identifier128
        let counts: SlidingMinute
        let moment: Double

        init(row: Row) throws(DatabaseError) {
            let key: String = try row.value(at: 0)
            let minute: Date = try row.value(at: 1)
            let moment: Date = try row.value(at: 4)
            network = Identifier128(hex: key.suffix(32)) ?? Identifier128([])
            counts = SlidingMinute(
                minute: RateMoment(seconds: minute.timeIntervalSince1970).minute, current: try row.value(at: 2),
                previous: try row.value(at: 3))
            self.moment = moment.timeIntervalSince1970
        }
    }
}

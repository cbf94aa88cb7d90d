internal import CLinux
internal import Glibc
public import Platform
internal import Synchronization

/// Gives the I/O threads of a server their work: connections that have sent something, and steps that continue requests.
///
/// An idle connection costs a descriptor and no thread, and so does a request that waits for the result of another
/// operation. Under load an I/O thread finds its next piece of work here without sleeping: to switch threads for each
/// request would cost more than most requests do.
public final class EventLoop: StepRunner {
    enum Work {
        /// A connection with something to read. No other thread gets it until it is put back.
        case connection(Int32)
        case step(Step)
    }

    private struct State {
        var steps = FIFOBuffer<Step>()
        /// Steps that wait until there is nothing to read.
        var idleSteps = FIFOBuffer<Step>()
        /// How many other pieces of work have overtaken the first idle step.
        var overtaken = 0
        /// How many threads sleep, or are about to.
        var sleepers = 0
        /// Whether a thread is being woken and has not noticed yet.
        var isWakePending = false

        /// Whether the caller must wake a sleeping thread. False while another one is being woken.
        mutating func needsWake() -> Bool {
            guard sleepers > 0, !isWakePending else { return false }
            isWakePending = true
            return true
        }

        /// The next idle step. It may take long, so another thread is woken for the idle steps that are left.
        mutating func popIdleStep() -> (step: Step?, needsWake: Bool) {
            overtaken = 0
            let step = idleSteps.popFirst()
            return (step, !idleSteps.isEmpty && needsWake())
        }
    }

    /// One for each core of a small machine, and one for each kind of work that is done in groups (sessions, standings
    /// and votes), since the thread that leads a group waits for the database meanwhile.
    static let ioThreads = 5
    private static let stopWord = UInt64.max
    private static let wakeWord = UInt64.max - 1
    /// Set in the word of a connection of which nothing was read yet.
    private static let freshBit: UInt64 = 1 << 32
    /// Each connection is reported to one thread, and not again until it is put back.
    private static let oneShot = EPOLLIN.rawValue | EPOLLONESHOT.rawValue
    /// How long a thread that sleeps because of the limit relies on being woken, in milliseconds: another thread may have
    /// consumed its wake-up.
    private static let missedWakeTimeout: Int32 = 20
    /// How long a stop waits for the first request of connections that were accepted, in milliseconds.
    private static let drainTimeout = 2_000

    /// Threads that may block, for what the I/O threads must not do.
    public var blocking: any StepRunner { blockingThreads }

    let blockingThreads = BlockingThreads()
    let stopPipe: StopPipe
    /// How many requests may be in progress; further ones stay unread.
    private let limit: Int
    private let epoll: Int32
    private let wakeEvent: Int32
    private let state = Monitor(State())
    private let inProgress = Atomic<Int>(0)
    /// How many requests have begun to arrive and are not whole yet.
    private let parts = Atomic<Int>(0)
    /// How many connections were accepted and have sent nothing yet.
    private let fresh = Atomic<Int>(0)
    private let hasAllConnections = Atomic<Bool>(false)
    /// The highest descriptor of a connection so far.
    private let highest = Atomic<Int32>(-1)
    /// Set in the I/O threads.
    private let ioThreadKey: pthread_key_t

    /// An event loop for a server that works on at most `limit` requests at once.
    public init(limit: Int) throws(SystemError) {
        self.limit = limit
        stopPipe = try StopPipe()
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        wakeEvent = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        var key = pthread_key_t()
        guard pthread_key_create(&key, nil) == 0 else { throw SystemError("pthread_key_create") }
        ioThreadKey = key
        guard epoll >= 0, wakeEvent >= 0, watch(stopPipe.readingEnd, Self.stopWord), watch(wakeEvent, Self.wakeWord)
        else {
            throw SystemError("epoll")
        }
    }

    deinit {
        close(epoll)
        close(wakeEvent)
        pthread_key_delete(ioThreadKey)
    }

    /// Makes the calling thread an I/O thread of this loop.
    func enter() {
        pthread_setspecific(ioThreadKey, UnsafeRawPointer(bitPattern: 1))
    }

    private func watch(_ descriptor: Int32, _ word: UInt64) -> Bool {
        dailies_epoll_set(epoll, EPOLL_CTL_ADD, descriptor, EPOLLIN.rawValue, word) == 0
    }

    /// Accepts steps, which I/O threads run before they read anything more.
    public func perform(_ steps: [Step]) {
        let needsWake = state.withLock { state in
            for step in steps { state.steps.append(step) }
            return !steps.isEmpty && state.needsWake()
        }
        if needsWake { wake() }
    }

    /// Accepts a step, which an I/O thread runs once there is nothing to read.
    public func performWhenIdle(_ step: @escaping Step) {
        let isIOThread = pthread_getspecific(ioThreadKey) != nil
        let needsWake = state.withLock { state in
            state.idleSteps.append(step)
            // An I/O thread that adds a step returns to the loop in a moment. The others need not: a thread that is awake
            // may be waiting for the database.
            return !isIOThread && state.needsWake()
        }
        if needsWake { wake() }
    }

    /// Adds a connection that was just accepted; false when there is no memory for it.
    func add(_ connection: Int32) -> Bool {
        fresh.wrappingAdd(1, ordering: .sequentiallyConsistent)
        highest.max(connection, ordering: .sequentiallyConsistent)
        let word = UInt64(connection) | Self.freshBit
        if dailies_epoll_set(epoll, EPOLL_CTL_ADD, connection, Self.oneShot, word) == 0 { return true }
        fresh.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        return false
    }

    /// Declares that no further connection will be added.
    func finishAdding() {
        hasAllConnections.store(true, ordering: .sequentiallyConsistent)
    }

    /// Watches a connection again whose request was answered; false when that fails.
    func putBack(_ connection: Int32) -> Bool {
        dailies_epoll_set(epoll, EPOLL_CTL_MOD, connection, Self.oneShot, UInt64(connection)) == 0
    }

    /// Closes the idle connections, so that nginx asks another process at once and does not wait for the end of this
    /// one. Call it only when no thread runs the loop any more.
    func closeIdle() {
        let kept = [wakeEvent, stopPipe.readingEnd]
        for descriptor in 0..<(highest.load(ordering: .sequentiallyConsistent) + 1) where !kept.contains(descriptor) {
            // What is not watched is not a connection.
            if dailies_epoll_set(epoll, EPOLL_CTL_DEL, descriptor, 0, 0) == 0 { close(descriptor) }
        }
    }

    /// Counts a request that begins.
    func beginRequest() {
        inProgress.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }

    /// Counts a request that was answered.
    func endRequest() {
        let before = inProgress.wrappingSubtract(1, ordering: .sequentiallyConsistent).oldValue
        // A thread that sleeps because of the limit may read again.
        if before == limit, state.withLock({ $0.needsWake() }) { wake() }
    }

    /// Counts a request of which a part has arrived.
    func beginPart() {
        parts.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }

    /// Counts a request that has arrived, and was counted by `beginRequest`, or that never will.
    func endPart() {
        parts.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    }

    /// Whether threads are free to read a request and to answer one that blocks.
    var hasRoom: Bool { !isFull && state.withLock { $0.sleepers > 0 } && blockingThreads.hasIdle }

    /// How many requests are in progress, and how many may be.
    var load: (inProgress: Int, limit: Int) { (inProgress.load(ordering: .relaxed), limit) }

    private var isFull: Bool { inProgress.load(ordering: .sequentiallyConsistent) >= limit }

    /// The next piece of work, steps first. Nil when the server stops and every request that was read has its answer.
    func next() -> Work? {
        while true {
            let event: Event
            switch popStep() {
            case .step(let step):
                return .step(step)
            case .onlyIdleSteps:
                event = isFull ? .nothing : poll(milliseconds: 0)
                if case .nothing = event, let step = popIdleStep() { return .step(step) }
                finishWait(event, wasAsleep: false)
            case .nothing:
                event = isFull ? waitForRoom() : poll(milliseconds: -1)
                finishWait(event, wasAsleep: true)
            }
            switch event {
            case .connection(let connection): return .connection(connection)
            case .stop: return drain()
            case .wake, .nothing: continue
            }
        }
    }

    private func popIdleStep() -> Step? {
        let (step, needsWake) = state.withLock { $0.popIdleStep() }
        if needsWake { wake() }
        return step
    }

    private func finishWait(_ event: Event, wasAsleep: Bool) {
        let isWake = if case .wake = event { true } else { false }
        // While `isWakePending` holds, no other thread writes to the descriptor.
        if isWake { clearWake() }
        let needsWake = state.withLock { state in
            if wasAsleep { state.sleepers -= 1 }
            guard isWake else { return false }
            state.isWakePending = false
            // This thread runs one step. Other sleepers run the rest.
            return state.steps.count > 1 && state.needsWake()
        }
        if needsWake { wake() }
    }

    private enum Event {
        case connection(Int32)
        case wake
        case stop
        case nothing
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeEvent, &one, 8)
    }

    private func clearWake() {
        var count: UInt64 = 0
        _ = read(wakeEvent, &count, 8)
    }

    private enum Pending {
        case step(Step)
        case onlyIdleSteps
        /// The calling thread counts as asleep from now on.
        case nothing
    }

    private func popStep() -> Pending {
        let (pending, needsWake) = state.withLock { state -> (Pending, Bool) in
            if let step = state.steps.popFirst() { return (.step(step), false) }
            guard !state.idleSteps.isEmpty else {
                state.sleepers += 1
                return (.nothing, false)
            }
            state.overtaken += 1
            // There may always be something to read; idle steps must not wait for ever.
            guard state.overtaken > limit else { return (.onlyIdleSteps, false) }
            let (step, needsWake) = state.popIdleStep()
            return (step.map(Pending.step) ?? .onlyIdleSteps, needsWake)
        }
        if needsWake { wake() }
        return pending
    }

    private func poll(milliseconds: Int32) -> Event {
        var word: UInt64 = 0
        guard dailies_epoll_next(epoll, &word, milliseconds) > 0 else { return .nothing }
        switch word {
        case Self.stopWord: return .stop
        case Self.wakeWord: return .wake
        default:
            if word & Self.freshBit != 0 { fresh.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
            return .connection(Int32(truncatingIfNeeded: word & ~Self.freshBit))
        }
    }

    /// Waits for a wake-up or the stop alone, so that nothing more is read.
    private func waitForRoom() -> Event {
        var descriptors = [
            pollfd(fd: wakeEvent, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stopPipe.readingEnd, events: Int16(POLLIN), revents: 0),
        ]
        // One write may wake several threads that wait here and in epoll, and the first of them clears it for the others.
        // So each looks again by itself, or it would ignore connections long after there is room.
        guard Glibc.poll(&descriptors, 2, Self.missedWakeTimeout) > 0 else { return .nothing }
        return descriptors[1].revents != 0 ? .stop : .wake
    }

    /// The work that is left once the server stops. Requests that were sent before are answered, and so are the first
    /// ones of accepted connections. An idle connection is not waited for, since nginx asks again on another one.
    private func drain() -> Work? {
        var waited = 0
        while true {
            if let step = state.withLock({ $0.steps.popFirst() ?? $0.idleSteps.popFirst() }) { return .step(step) }
            // The stop is reported each time, and the wake-up may be; epoll puts both behind the other events.
            for _ in 0..<3 {
                if case .connection(let connection) = poll(milliseconds: 0) { return .connection(connection) }
            }
            let isQuiet =
                hasAllConnections.load(ordering: .sequentiallyConsistent)
                && fresh.load(ordering: .sequentiallyConsistent) <= 0
            let hasParts = parts.load(ordering: .sequentiallyConsistent) > 0 && waited < Self.drainTimeout
            if isQuiet || waited >= Self.drainTimeout, !hasParts,
                inProgress.load(ordering: .sequentiallyConsistent) == 0
            {
                // A part that has become whole is put back before it stops to count.
                if case .connection(let connection) = poll(milliseconds: 0) { return .connection(connection) }
                return nil
            }
            usleep(1_000)
            waited += 1
        }
    }
}

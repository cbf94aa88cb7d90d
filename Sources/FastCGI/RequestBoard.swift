internal import CLinux
internal import Glibc
public import Platform
internal import Synchronization

/// Where the front threads of a server find work: connections that speak, and steps that go on with a request.
///
/// An idle connection costs a descriptor and no thread, and so does a request whose answer depends on something that is
/// under way. Under load a front thread finds the next piece of work here without sleeping; a change of threads for each
/// request would cost more than most requests.
public final class RequestBoard: StepRunner {
    enum Work {
        /// A connection with something to read. It is the taker's alone until it is put back.
        case connection(Int32)
        case step(Step)
    }

    private struct State {
        var steps = Line<Step>()
        /// Steps that wait until there is nothing to read.
        var idleSteps = Line<Step>()
        /// How often something else has come before the first of them.
        var passed = 0
        /// How many threads sleep, or are about to.
        var sleepers = 0
        /// Whether the bell rings for somebody who has not come yet.
        var isRinging = false

        /// Whether a sleeper is to be woken, and none is being woken already.
        mutating func mustRing() -> Bool {
            guard sleepers > 0, !isRinging else { return false }
            isRinging = true
            return true
        }

        /// The next step that waits for idleness. It may take long, so that whatever is left is for somebody else.
        mutating func takeIdleStep() -> (step: Step?, mustRing: Bool) {
            passed = 0
            let step = idleSteps.takeFirst()
            return (step, !idleSteps.isEmpty && mustRing())
        }
    }

    /// How many threads take work here: one for each core of a small machine, and one for each kind of work that is done
    /// in groups, since whoever leads a group waits for the database meanwhile: sessions, standings and votes.
    static let fronts = 5
    private static let stopWord = UInt64.max
    private static let bellWord = UInt64.max - 1
    /// Set in the word of a connection of which nothing was read yet.
    private static let freshBit: UInt64 = 1 << 32
    /// Nobody else is told of a connection until it is put back.
    private static let once = EPOLLIN.rawValue | EPOLLONESHOT.rawValue
    /// How long a thread that sleeps because of the limit trusts that nobody else heard the bell in its place, in
    /// milliseconds.
    private static let hearing: Int32 = 20
    /// How long a stop waits for what an accepted connection was about to say, in milliseconds.
    private static let patience = 2_000

    /// Threads that may be made to wait, for what the front threads must not do.
    public var blocking: any StepRunner { blockingThreads }

    let blockingThreads = BlockingThreads()
    let stopPipe: StopPipe
    /// How many requests may be under way; whoever comes then waits in line, unread.
    private let limit: Int
    private let epoll: Int32
    private let bell: Int32
    private let state = Monitor(State())
    private let underWay = Atomic<Int>(0)
    /// How many connections were accepted and have said nothing yet.
    private let fresh = Atomic<Int>(0)
    private let isComplete = Atomic<Bool>(false)
    /// The highest number of a connection so far.
    private let highest = Atomic<Int32>(-1)
    /// Set in the front threads.
    private let frontKey: pthread_key_t

    /// A board for a server in which so many requests are under way at once.
    public init(limit: Int) throws(SystemError) {
        self.limit = limit
        stopPipe = try StopPipe()
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        var key = pthread_key_t()
        guard pthread_key_create(&key, nil) == 0 else { throw SystemError("pthread_key_create") }
        frontKey = key
        guard epoll >= 0, bell >= 0, watch(stopPipe.readingEnd, Self.stopWord), watch(bell, Self.bellWord) else {
            throw SystemError("epoll")
        }
    }

    deinit {
        close(epoll)
        close(bell)
        pthread_key_delete(frontKey)
    }

    /// The calling thread takes work here from now on.
    func enter() {
        pthread_setspecific(frontKey, UnsafeRawPointer(bitPattern: 1))
    }

    private func watch(_ descriptor: Int32, _ word: UInt64) -> Bool {
        dailies_epoll_set(epoll, EPOLL_CTL_ADD, descriptor, EPOLLIN.rawValue, word) == 0
    }

    /// Takes steps, which front threads run before they read anything more.
    public func perform(_ steps: [Step]) {
        let rings = state.withLock { state in
            for step in steps { state.steps.append(step) }
            return !steps.isEmpty && state.mustRing()
        }
        if rings { ring() }
    }

    /// Takes a step, which a front thread runs once there is nothing to read.
    public func performWhenIdle(_ step: @escaping Step) {
        let isFront = pthread_getspecific(frontKey) != nil
        let rings = state.withLock { state in
            state.idleSteps.append(step)
            // A front thread that hands this in comes by in a moment. Of the others nobody knows: an awake one may wait for
            // the database.
            return !isFront && state.mustRing()
        }
        if rings { ring() }
    }

    /// Takes a connection that was just accepted; false when there is no memory for it.
    func add(_ connection: Int32) -> Bool {
        fresh.wrappingAdd(1, ordering: .sequentiallyConsistent)
        highest.max(connection, ordering: .sequentiallyConsistent)
        let word = UInt64(connection) | Self.freshBit
        if dailies_epoll_set(epoll, EPOLL_CTL_ADD, connection, Self.once, word) == 0 { return true }
        fresh.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        return false
    }

    /// Says that no connection is added any more.
    func complete() {
        isComplete.store(true, ordering: .sequentiallyConsistent)
    }

    /// Takes a connection back whose request was answered; false when that cannot be.
    func putBack(_ connection: Int32) -> Bool {
        dailies_epoll_set(epoll, EPOLL_CTL_MOD, connection, Self.once, UInt64(connection)) == 0
    }

    /// Closes the connections that are idle, so that nginx asks elsewhere at once and does not wait for the end of this
    /// process. Only for when nobody takes work here any more.
    func closeIdle() {
        let kept = [bell, stopPipe.readingEnd]
        for descriptor in 0..<(highest.load(ordering: .sequentiallyConsistent) + 1) where !kept.contains(descriptor) {
            // What is not watched is not a connection.
            if dailies_epoll_set(epoll, EPOLL_CTL_DEL, descriptor, 0, 0) == 0 { close(descriptor) }
        }
    }

    /// A request is under way from now on.
    func begin() {
        underWay.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }

    /// A request was answered.
    func end() {
        let before = underWay.wrappingSubtract(1, ordering: .sequentiallyConsistent).oldValue
        // Whoever sleeps because of the limit may read again.
        if before == limit, state.withLock({ $0.mustRing() }) { ring() }
    }

    /// Whether threads wait that would read a request, and answer one that blocks.
    var hasRoom: Bool { !isFull && state.withLock { $0.sleepers > 0 } && blockingThreads.hasIdle }

    private var isFull: Bool { underWay.load(ordering: .sequentiallyConsistent) >= limit }

    /// The next piece of work, steps first; nil when the server stops and everything that was promised an answer has one.
    func next() -> Work? {
        while true {
            let event: Event
            switch takeStep() {
            case .step(let step):
                return .step(step)
            case .idleStep:
                event = isFull ? .nothing : look(milliseconds: 0)
                if case .nothing = event, let step = takeIdleStep() { return .step(step) }
                hear(event, asSleeper: false)
            case .none:
                event = isFull ? listen() : look(milliseconds: -1)
                hear(event, asSleeper: true)
            }
            switch event {
            case .connection(let connection): return .connection(connection)
            case .stop: return rest()
            case .bell, .nothing: continue
            }
        }
    }

    private func takeIdleStep() -> Step? {
        let (step, rings) = state.withLock { $0.takeIdleStep() }
        if rings { ring() }
        return step
    }

    private func hear(_ event: Event, asSleeper: Bool) {
        let isBell = if case .bell = event { true } else { false }
        // As long as it is said to ring, nobody rings it again.
        if isBell { silence() }
        let rings = state.withLock { state in
            if asSleeper { state.sleepers -= 1 }
            guard isBell else { return false }
            state.isRinging = false
            // One takes one step; for the others there are other sleepers.
            return state.steps.count > 1 && state.mustRing()
        }
        if rings { ring() }
    }

    private enum Event {
        case connection(Int32)
        case bell
        case stop
        case nothing
    }

    private func ring() {
        var one: UInt64 = 1
        _ = write(bell, &one, 8)
    }

    private func silence() {
        var count: UInt64 = 0
        _ = read(bell, &count, 8)
    }

    private enum Waiting {
        case step(Step)
        /// Nothing but a step that waits for idleness.
        case idleStep
        /// Nothing: the one who asks sleeps from now on.
        case none
    }

    private func takeStep() -> Waiting {
        let (waiting, rings) = state.withLock { state -> (Waiting, Bool) in
            if let step = state.steps.takeFirst() { return (.step(step), false) }
            guard !state.idleSteps.isEmpty else {
                state.sleepers += 1
                return (.none, false)
            }
            state.passed += 1
            // There may always be something to read, and who waits for a group must not wait for ever.
            guard state.passed > limit else { return (.idleStep, false) }
            let (step, rings) = state.takeIdleStep()
            return (step.map(Waiting.step) ?? .idleStep, rings)
        }
        if rings { ring() }
        return waiting
    }

    private func look(milliseconds: Int32) -> Event {
        var word: UInt64 = 0
        guard dailies_epoll_next(epoll, &word, milliseconds) > 0 else { return .nothing }
        switch word {
        case Self.stopWord: return .stop
        case Self.bellWord: return .bell
        default:
            if word & Self.freshBit != 0 { fresh.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
            return .connection(Int32(truncatingIfNeeded: word & ~Self.freshBit))
        }
    }

    /// Waits for the bell or the stop alone, so that nothing more is read.
    private func listen() -> Event {
        var wanted = [
            pollfd(fd: bell, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stopPipe.readingEnd, events: Int16(POLLIN), revents: 0),
        ]
        // One ring wakes several of those who wait here and in epoll, and whoever is quick silences it for the rest. They
        // look again by themselves, or they would be deaf to connections long after there is room.
        guard poll(&wanted, 2, Self.hearing) > 0 else { return .nothing }
        return wanted[1].revents != 0 ? .stop : .bell
    }

    /// What is left once the server stops. What was written before is answered, and so is whoever was accepted; an idle
    /// connection is not waited for, since nginx asks again on another one.
    private func rest() -> Work? {
        var waited = 0
        while true {
            if let step = state.withLock({ $0.steps.takeFirst() ?? $0.idleSteps.takeFirst() }) { return .step(step) }
            // The stop is told again each time, and the bell may be; both stand behind whatever else there is to tell.
            for _ in 0..<3 {
                if case .connection(let connection) = look(milliseconds: 0) { return .connection(connection) }
            }
            let isQuiet =
                isComplete.load(ordering: .sequentiallyConsistent)
                && fresh.load(ordering: .sequentiallyConsistent) <= 0
            if isQuiet || waited >= Self.patience, underWay.load(ordering: .sequentiallyConsistent) == 0 { return nil }
            usleep(1_000)
            waited += 1
        }
    }
}

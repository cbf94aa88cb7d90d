internal import Synchronization

/// Items that many hand in and that are worked off in groups, one group at a time.
///
/// Whoever leads takes all that wait, at most `groupLimit`, and works them off: a thread of the runner once it has nothing
/// else to do, so that whoever is about to hand in something is in the group as well; without a runner it is whoever came
/// first, then whoever waits longest. So a group forms by itself under load, and a lone item waits for nobody, as a rule not
/// even for another thread to wake. What becomes of an answer runs on the runner's threads too.
public final class GroupQueue<Item: Sendable, Answer: Sendable>: Sendable {
    /// What becomes of an item.
    public typealias Outcome = Result<Answer, any Error>

    /// An item that waits, and its outcome.
    public final class Ticket: Sendable {
        /// What was handed in.
        public let item: Item
        private let outcome = Mutex<Outcome?>(nil)
        private let then: @Sendable (Outcome) -> Void
        private let work = WorkAtHand.current
        /// Lets the thread that waits for this lead; nil when none does.
        fileprivate let summon: (@Sendable () -> Void)?

        fileprivate init(
            _ item: Item, summon: (@Sendable () -> Void)?, _ then: @escaping @Sendable (Outcome) -> Void
        ) {
            self.item = item
            self.summon = summon
            self.then = then
        }

        /// Says what becomes of the item; the one who waits hears of it when the whole group has been worked off.
        public func answer(_ result: Outcome) {
            outcome.withLock { $0 = result }
        }

        @Sendable
        fileprivate func conclude() {
            work.resume { then(outcome.withLock(\.self) ?? .failure(GroupQueueFull())) }
        }
    }

    private struct Waiting {
        var tickets = Line<Ticket>()
        /// Whether a thread works, or nobody may yet.
        var isLed = true
        var isStopping = false
        var work: (@Sendable ([Ticket]) -> Void)?
    }

    private let groupLimit: Int
    private let capacity: Int
    private let runner: (any StepRunner)?
    private let goesOn: Bool
    private let queue = Monitor(Waiting())

    /// A queue in which at most `capacity` items wait at a time. Without a runner whoever leads sees to everything. Groups
    /// follow each other at once where it `goesOn`, which suits work that is long and waits for a disk; otherwise whatever
    /// else is ready is done first, and the groups are larger.
    public init(groupLimit: Int, capacity: Int, runner: (any StepRunner)? = nil, goesOn: Bool = false) {
        self.goesOn = goesOn
        self.groupLimit = groupLimit
        self.capacity = capacity
        self.runner = runner
    }

    /// Lets work begin. `work` answers every ticket that it is given; it runs on the threads of those who hand in, and of
    /// the runner.
    public func start(_ work: @escaping @Sendable ([Ticket]) -> Void) {
        let isFirst = queue.update { queue in
            guard queue.work == nil, !queue.isStopping else { return false }
            queue.work = work
            return true
        }
        if isFirst { lead() }
    }

    /// Hands an item in. `then` hears what `work` answered, or `GroupQueueFull`, on whichever thread that becomes known:
    /// on this one, perhaps, and before this returns.
    public func submit(_ item: Item, then: @escaping @Sendable (Outcome) -> Void) {
        enter(item, summon: nil, then)
    }

    /// Hands an item in and waits for its answer. Throws what `work` answered, or `GroupQueueFull`.
    public func submit(_ item: Item) throws -> Answer {
        let news = Monitor(News.none)
        // Somebody waits for this very thread, so it works for others once and no longer.
        enter(item, summon: { news.update { $0 = .summons } }) { result in
            news.update { $0 = .outcome(result) }
        }
        while true {
            let heard = news.wait { news -> News? in
                if case .none = news { return nil }
                defer { news = .none }
                return news
            }
            switch heard {
            case .outcome(let result)?: return try result.get()
            case .summons?: lead(isLent: true)
            case .some(.none), nil: throw GroupQueueFull()
            }
        }
    }

    /// What a thread that waits hears.
    private enum News: Sendable {
        case none
        case summons
        case outcome(Outcome)
    }

    /// Waits until what waits is worked off, and refuses whatever comes after.
    public func stop() {
        queue.update { $0.isStopping = true }
        _ = queue.wait { queue -> Bool? in
            guard queue.work != nil else { return true }
            guard queue.tickets.isEmpty, !queue.isLed else { return nil }
            queue.work = nil
            return true
        }
    }

    /// How many items wait at the moment.
    public var waiting: Int { queue.withLock { $0.tickets.count } }

    private func enter(
        _ item: Item, summon: (@Sendable () -> Void)?, _ then: @escaping @Sendable (Outcome) -> Void
    ) {
        let ticket = Ticket(item, summon: summon, then)
        let leads = queue.withLock { queue -> Bool? in
            guard !queue.isStopping, queue.tickets.count < capacity else { return nil }
            queue.tickets.append(ticket)
            defer { queue.isLed = true }
            return !queue.isLed
        }
        switch leads {
        case true?:
            if summon == nil, let runner {
                runner.performWhenIdle { self.lead() }
            } else {
                lead(isLent: summon != nil)
            }
        case false?: break
        case nil: then(.failure(GroupQueueFull()))
        }
    }

    /// Works off a group, and the next one too unless somebody else is to. `isLent` says that the thread belongs to
    /// somebody who waits for an answer: it works once and no longer.
    private func lead(isLent: Bool = false) {
        var isOver = false
        while !isOver {
            let (tickets, work) = queue.withLock { ($0.tickets.takeFirst(groupLimit), $0.work) }
            if !tickets.isEmpty { work?(tickets) }
            // Whoever stops the queue waits for this.
            let isMore = queue.update { queue in
                queue.isLed = !queue.tickets.isEmpty
                return queue.isLed
            }
            isOver = !isMore || passOn(isLent)
            conclude(tickets, isLast: !isMore)
        }
    }

    /// Lets somebody else lead the next group; false when this thread is to.
    private func passOn(_ isLent: Bool) -> Bool {
        if let runner {
            if goesOn, !isLent { return false }
            // The answers of this group are heard first, and whoever comes meanwhile is in the next.
            runner.performWhenIdle { self.lead() }
            return true
        }
        guard isLent, let summon = queue.withLock({ $0.tickets.next?.summon }) else { return false }
        summon()
        return true
    }

    private func conclude(_ tickets: [Ticket], isLast: Bool) {
        guard let runner, !isLast || tickets.count > 1 else {
            for ticket in tickets { ticket.conclude() }
            return
        }
        // To wake a thread costs nothing. Any other next step may take long, and the others must not wait for it.
        for ticket in tickets where ticket.summon != nil { ticket.conclude() }
        runner.perform(tickets.filter { $0.summon == nil }.map { $0.conclude })
    }
}

/// A queue takes nothing more at the moment: too many wait, or it stops.
public struct GroupQueueFull: Error {}

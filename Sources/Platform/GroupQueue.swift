internal import Synchronization

/// Items that many hand in and that are worked off in groups, one group at a time.
///
/// Whoever leads takes all that wait, at most `groupLimit`, and works them off: a thread of the runner once it has nothing
/// else to do, so that whoever is about to hand in something is in the group as well; without a runner it is whoever came
/// first, for as long as others come. So a group forms by itself under load, and a lone item waits for nobody, as a rule not
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

        fileprivate init(_ item: Item, _ then: @escaping @Sendable (Outcome) -> Void) {
            self.item = item
            self.then = then
        }

        /// Says what becomes of the item; the one who waits hears of it when the whole group has been worked off.
        public func answer(_ result: Outcome) {
            outcome.withLock { $0 = result }
        }

        @Sendable
        fileprivate func conclude() {
            then(outcome.withLock(\.self) ?? .failure(GroupQueueFull()))
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
    /// follow each other at once where `goesOn`, which suits work that is long and waits for a disk; otherwise whatever
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
        enter(item, whenIdle: true, then)
    }

    /// Hands an item in and waits for its answer. Throws what `work` answered, or `GroupQueueFull`.
    public func submit(_ item: Item) throws -> Answer {
        let outcome = Monitor<Outcome?>(nil)
        // A thread that waits anyway need not be waited for by others.
        enter(item, whenIdle: false) { result in outcome.update { $0 = result } }
        guard let result = outcome.wait({ $0 }) else { throw GroupQueueFull() }
        return try result.get()
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

    private func enter(_ item: Item, whenIdle: Bool, _ then: @escaping @Sendable (Outcome) -> Void) {
        let ticket = Ticket(item, then)
        let leads = queue.withLock { queue -> Bool? in
            guard !queue.isStopping, queue.tickets.count < capacity else { return nil }
            queue.tickets.append(ticket)
            defer { queue.isLed = true }
            return !queue.isLed
        }
        switch leads {
        case true?:
            if let runner, whenIdle {
                runner.performWhenIdle { self.lead() }
            } else {
                lead()
            }
        case false?: break
        case nil: then(.failure(GroupQueueFull()))
        }
    }

    /// Works off a group. Unless it goes on at once, the next one is led when there is nothing else to do again: the
    /// answers of this one are heard first, and whoever comes meanwhile is in it.
    private func lead() {
        var isOver = false
        while !isOver {
            let (tickets, work) = queue.withLock { ($0.tickets.takeFirst(groupLimit), $0.work) }
            if !tickets.isEmpty { work?(tickets) }
            let isMore = queue.update { queue in
                queue.isLed = !queue.tickets.isEmpty
                return queue.isLed
            }
            isOver = !isMore || runner != nil && !goesOn
            if isMore, isOver { runner?.performWhenIdle { self.lead() } }
            conclude(tickets, isLast: !isMore)
        }
    }

    private func conclude(_ tickets: [Ticket], isLast: Bool) {
        // The next step of one may take long, and the others must not wait for it.
        if let runner, !isLast || tickets.count > 1 {
            runner.perform(tickets.map { $0.conclude })
        } else {
            for ticket in tickets { ticket.conclude() }
        }
    }
}

/// A queue takes nothing more at the moment: too many wait, or it stops.
public struct GroupQueueFull: Error {}

internal import Synchronization

/// Items that many threads submit and that are processed in groups, one group at a time.
///
/// A leading thread takes the items that wait, at most `groupLimit`, and processes them. With a runner, one of its threads
/// leads once it has nothing else to do, so that items which are about to be submitted join the group. Without a runner
/// the thread of the first item leads, then the one that has waited longest. So groups form by themselves under load, and
/// a lone item is not delayed: as a rule not even by waking another thread. Completion handlers run on the runner's
/// threads too.
public final class GroupQueue<Item: Sendable, Answer: Sendable>: Sendable {
    /// The result of an item.
    public typealias Outcome = Result<Answer, any Error>

    /// An item that waits, and its outcome.
    public final class Ticket: Sendable {
        /// What was submitted.
        public let item: Item
        private let outcome = Mutex<Outcome?>(nil)
        private let then: @Sendable (Outcome) -> Void
        fileprivate let context = CrashContext.current
        /// Makes the thread that waits for this item lead; nil when no thread does.
        fileprivate let wakeWaiter: (@Sendable () -> Void)?

        fileprivate init(
            _ item: Item, wakeWaiter: (@Sendable () -> Void)?, _ then: @escaping @Sendable (Outcome) -> Void
        ) {
            self.item = item
            self.wakeWaiter = wakeWaiter
            self.then = then
        }

        /// Sets the outcome of the item. It is delivered when the whole group has been processed.
        public func answer(_ result: Outcome) {
            outcome.withLock { $0 = result }
        }

        @Sendable
        fileprivate func complete() {
            context.resume { then(outcome.withLock(\.self) ?? .failure(GroupQueueFull())) }
        }
    }

    private struct State {
        var tickets = FIFOBuffer<Ticket>()
        /// Whether a thread leads or is about to, or the queue has not started.
        var isLed = true
        var isStopping = false
        var work: (@Sendable ([Ticket]) -> Void)?
    }

    private let name: String
    private let groupLimit: Int
    private let capacity: Int
    /// What the thread that leads works on. One leads at a time.
    private let activity: RequestActivity
    private let runner: (any StepRunner)?
    private let runsBackToBack: Bool
    private let state = Monitor(State())

    /// A queue that holds at most `capacity` items. Without a runner the leading thread also runs all completion handlers.
    /// With `runsBackToBack` the leading thread processes groups one after the other, which suits work that is long and
    /// waits for a disk; otherwise other work of the runner comes in between, and groups are larger. The status of the
    /// process shows `name`.
    public init(
        named name: String = "items", groupLimit: Int, capacity: Int, runner: (any StepRunner)? = nil,
        runsBackToBack: Bool = false
    ) {
        self.name = name
        activity = RequestActivity()
        // Threads refer to it without counting.
        _ = Unmanaged.passRetained(activity)
        self.runsBackToBack = runsBackToBack
        self.groupLimit = groupLimit
        self.capacity = capacity
        self.runner = runner
    }

    /// Begins processing. `work` must answer every ticket that it is given; it runs on the threads of the runner and on
    /// those that submit and wait.
    public func start(_ work: @escaping @Sendable ([Ticket]) -> Void) {
        let isFirst = state.update { state in
            guard state.work == nil, !state.isStopping else { return false }
            state.work = work
            return true
        }
        if isFirst { lead() }
    }

    /// Submits an item. `then` gets the answer of `work`, or `GroupQueueFull`, on the thread on which it becomes known:
    /// possibly on this one and before this call returns.
    public func submit(_ item: Item, then: @escaping @Sendable (Outcome) -> Void) {
        enter(item, wakeWaiter: nil, then)
    }

    /// Submits an item and waits for its answer. Throws the failure that `work` answered, or `GroupQueueFull`.
    public func submit(_ item: Item) throws -> Answer {
        let mailbox = Monitor(Message.none)
        enter(item, wakeWaiter: { mailbox.update { $0 = .lead } }) { result in
            mailbox.update { $0 = .outcome(result) }
        }
        while true {
            let message = mailbox.wait { message -> Message? in
                if case .none = message { return nil }
                defer { message = .none }
                return message
            }
            switch message {
            case .outcome(let result)?: return try result.get()
            case .lead?: lead(onBorrowedThread: true)
            case .some(.none), nil: throw GroupQueueFull()
            }
        }
    }

    /// What a waiting thread is woken for.
    private enum Message: Sendable {
        case none
        case lead
        case outcome(Outcome)
    }

    /// Refuses further items and waits until those that wait have been processed.
    public func stop() {
        state.update { $0.isStopping = true }
        _ = state.wait { state -> Bool? in
            guard state.work != nil else { return true }
            guard state.tickets.isEmpty, !state.isLed else { return nil }
            state.work = nil
            return true
        }
    }

    /// How many items wait at the moment.
    public var waiting: Int { state.withLock { $0.tickets.count } }

    private func enter(
        _ item: Item, wakeWaiter: (@Sendable () -> Void)?, _ then: @escaping @Sendable (Outcome) -> Void
    ) {
        let ticket = Ticket(item, wakeWaiter: wakeWaiter, then)
        let leads = state.withLock { state -> Bool? in
            guard !state.isStopping, state.tickets.count < capacity else { return nil }
            state.tickets.append(ticket)
            defer { state.isLed = true }
            return !state.isLed
        }
        switch leads {
        case true?:
            if wakeWaiter == nil, let runner {
                runner.performWhenIdle { self.lead() }
            } else {
                lead(onBorrowedThread: wakeWaiter != nil)
            }
        case false?: break
        case nil: then(.failure(GroupQueueFull()))
        }
    }

    /// Processes a group, and the following ones unless another thread leads them. A borrowed thread belongs to a caller
    /// that waits for its own answer, so it processes one group only.
    private func lead(onBorrowedThread: Bool = false) {
        var isDone = false
        while !isDone {
            let (tickets, work) = state.withLock { ($0.tickets.popFirst(groupLimit), $0.work) }
            if !tickets.isEmpty, let work { process(tickets, work) }
            // Notifies `stop`, which waits for this.
            let hasMore = state.update { state in
                state.isLed = !state.tickets.isEmpty
                return state.isLed
            }
            isDone = !hasMore || passLead(onBorrowedThread: onBorrowedThread)
            complete(tickets, isLast: !hasMore)
        }
    }

    /// Processes a group. What it asks of the database counts for each of its items, since each has waited for it.
    private func process(_ tickets: [Ticket], _ work: ([Ticket]) -> Void) {
        activity.begin(route: name, count: tickets.count)
        CrashContext.current.working(on: activity).resume { work(tickets) }
        let (statements, nanoseconds) = activity.cost
        activity.end()
        for ticket in tickets {
            ticket.context.activity?.add(statements: statements, nanoseconds: nanoseconds)
        }
    }

    /// Makes another thread lead the next group; false when this one is to.
    private func passLead(onBorrowedThread: Bool) -> Bool {
        if let runner {
            if runsBackToBack, !onBorrowedThread { return false }
            // The completion handlers of this group run first, and items that come meanwhile join the next group.
            runner.performWhenIdle { self.lead() }
            return true
        }
        guard onBorrowedThread, let wakeWaiter = state.withLock({ $0.tickets.first?.wakeWaiter }) else { return false }
        wakeWaiter()
        return true
    }

    private func complete(_ tickets: [Ticket], isLast: Bool) {
        guard let runner, !isLast || tickets.count > 1 else {
            for ticket in tickets { ticket.complete() }
            return
        }
        // To wake a waiting thread is cheap. Any other completion handler may take long and must not delay the others.
        for ticket in tickets where ticket.wakeWaiter != nil { ticket.complete() }
        runner.perform(tickets.filter { $0.wakeWaiter == nil }.map { $0.complete })
    }
}

/// A queue accepts no item at the moment: it is full, or it stops.
public struct GroupQueueFull: Error {}

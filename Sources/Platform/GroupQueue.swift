/// Items that many threads hand in and that are worked off in groups, by one of those threads at a time.
///
/// Whoever hands an item in waits for its answer. The first to come works: it takes all that wait, at most `groupLimit`,
/// and when it has answered them the first of those that came meanwhile takes its place. So a group forms by itself under
/// load, and a lone item waits for nobody, not even for another thread to wake.
public final class GroupQueue<Item: Sendable, Answer: Sendable>: Sendable {
    /// An item that waits, and its outcome.
    public final class Ticket: Sendable {
        fileprivate enum State {
            case waiting
            /// Its thread is to work off the next group, which begins with it.
            case leading
            case answered(Result<Answer, any Error>)
        }

        /// What was handed in.
        public let item: Item
        fileprivate let state: Monitor<State>

        fileprivate init(_ item: Item, _ state: State) {
            self.item = item
            self.state = Monitor(state)
        }

        /// Lets the one who waits go on.
        public func answer(_ result: Result<Answer, any Error>) {
            state.update { $0 = .answered(result) }
        }

        /// The outcome; nil when its thread is to lead.
        fileprivate func wait() -> Result<Answer, any Error>? {
            state.wait { state -> Result<Answer, any Error>?? in
                switch state {
                case .waiting: nil
                case .leading: .some(nil)
                case .answered(let result): result
                }
            } ?? nil
        }
    }

    private struct Waiting {
        var tickets: [Ticket] = []
        /// Whether a thread works, or nobody may yet.
        var isTaken = true
        var isStopping = false
        var work: (@Sendable ([Ticket]) -> Void)?
    }

    private let groupLimit: Int
    private let capacity: Int
    private let queue = Monitor(Waiting())

    /// A queue in which at most `capacity` items wait at a time.
    public init(groupLimit: Int, capacity: Int) {
        self.groupLimit = groupLimit
        self.capacity = capacity
    }

    /// Lets work begin. `work` answers every ticket that it is given; it runs on the threads of those who wait.
    public func start(_ work: @escaping @Sendable ([Ticket]) -> Void) {
        let first = queue.update { queue -> Ticket? in
            guard queue.work == nil, !queue.isStopping else { return nil }
            queue.work = work
            queue.isTaken = !queue.tickets.isEmpty
            return queue.tickets.first
        }
        first?.state.update { $0 = .leading }
    }

    /// Hands an item in and waits for its answer. Throws what `work` answered, or `GroupQueueFull`.
    public func submit(_ item: Item) throws -> Answer {
        let ticket = queue.withLock { queue -> Ticket? in
            guard !queue.isStopping, queue.tickets.count < capacity else { return nil }
            let ticket = Ticket(item, queue.isTaken ? .waiting : .leading)
            queue.isTaken = true
            queue.tickets.append(ticket)
            return ticket
        }
        guard let ticket else { throw GroupQueueFull() }
        if let outcome = ticket.wait() { return try outcome.get() }
        lead()
        guard let outcome = ticket.wait() else { throw GroupQueueFull() }
        return try outcome.get()
    }

    /// Waits until what waits is worked off, and refuses whatever comes after.
    public func stop() {
        queue.update { $0.isStopping = true }
        _ = queue.wait { queue -> Bool? in
            guard queue.work != nil else { return true }
            guard queue.tickets.isEmpty, !queue.isTaken else { return nil }
            queue.work = nil
            return true
        }
    }

    /// How many items wait at the moment.
    public var waiting: Int { queue.withLock { $0.tickets.count } }

    /// Works off one group and names who comes next.
    private func lead() {
        let (tickets, work) = queue.withLock { queue in
            let tickets = Array(queue.tickets.prefix(groupLimit))
            queue.tickets.removeFirst(tickets.count)
            return (tickets, queue.work)
        }
        work?(tickets)
        let next = queue.update { queue -> Ticket? in
            queue.isTaken = !queue.tickets.isEmpty
            return queue.tickets.first
        }
        next?.state.update { $0 = .leading }
    }
}

/// A queue takes nothing more at the moment: too many wait, or it stops.
public struct GroupQueueFull: Error {}

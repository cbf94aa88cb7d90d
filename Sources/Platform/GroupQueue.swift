internal import Synchronization

/// Items that many threads hand in and one thread works off in groups.
///
/// Whoever hands an item in waits for its answer. Whenever the worker is free it takes all that wait, at most
/// `groupLimit`. So a group forms by itself under load, and a lone item waits for nobody.
public final class GroupQueue<Item: Sendable, Answer: Sendable>: Sendable {
    /// An item that waits, and its outcome.
    public final class Ticket: Sendable {
        /// What was handed in.
        public let item: Item
        private let outcome = Monitor<Result<Answer, any Error>?>(nil)

        fileprivate init(_ item: Item) {
            self.item = item
        }

        /// Lets the one who waits go on.
        public func answer(_ result: Result<Answer, any Error>) {
            outcome.update { $0 = result }
        }

        fileprivate func wait() throws -> Answer {
            guard let outcome = outcome.wait({ $0 }) else { throw GroupQueueFull() }
            return try outcome.get()
        }
    }

    private struct Waiting {
        var tickets: [Ticket] = []
        var isStopping = false
    }

    private let name: String
    private let groupLimit: Int
    private let capacity: Int
    private let queue = Monitor(Waiting())
    private let thread = Mutex<BackgroundThread?>(nil)

    /// A queue whose thread has this name. At most `capacity` items wait at a time.
    public init(named name: String, groupLimit: Int, capacity: Int) {
        self.name = name
        self.groupLimit = groupLimit
        self.capacity = capacity
    }

    /// Starts the thread. `work` answers every ticket that it is given.
    public func start(_ work: @escaping @Sendable ([Ticket]) -> Void) throws(SystemError) {
        let thread = try BackgroundThread(named: name) { [self] in
            while let tickets = take() { work(tickets) }
        }
        self.thread.withLock { $0 = thread }
    }

    /// Hands an item in and waits for its answer. Throws what `work` answered, or `GroupQueueFull`.
    public func submit(_ item: Item) throws -> Answer {
        let ticket = Ticket(item)
        let isTaken = queue.update(waking: 1) { queue in
            guard !queue.isStopping, queue.tickets.count < capacity else { return false }
            queue.tickets.append(ticket)
            return true
        }
        guard isTaken else { throw GroupQueueFull() }
        return try ticket.wait()
    }

    /// Works off what waits, and refuses whatever comes after.
    public func stop() {
        queue.update { $0.isStopping = true }
        thread.withLock(\.self)?.join()
    }

    /// How many items wait at the moment.
    public var waiting: Int { queue.withLock { $0.tickets.count } }

    /// The next group; nil when the queue stops and nobody waits any more.
    private func take() -> [Ticket]? {
        queue.wait { queue -> [Ticket]?? in
            if queue.tickets.isEmpty { return queue.isStopping ? .some(nil) : nil }
            let tickets = Array(queue.tickets.prefix(groupLimit))
            queue.tickets.removeFirst(tickets.count)
            return tickets
        } ?? nil
    }
}

/// A queue takes nothing more at the moment: too many wait, or it stops.
public struct GroupQueueFull: Error {}

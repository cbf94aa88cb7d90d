internal import CLinux
internal import Glibc
internal import Synchronization

/// What one request, or one group of them, has done so far, for the status of the process. Any thread may read it while
/// others write it.
///
/// Its owner keeps it for as long as the process runs and uses it again, so that a thread may refer to it without counting
/// references.
public final class RequestActivity: Sendable {
    /// What a request is.
    public struct Words: Sendable, Equatable {
        /// The id that is in the log and in the answer; empty for a group.
        public let id: String
        /// The method of the request; empty for a group.
        public let method: String
        /// The pattern of the request's route, or what the group is of.
        public let route: String
        /// How many requests it is: 1, or the size of the group.
        public let count: Int
    }

    private let words = Mutex(Words(id: "", method: "", route: "", count: 0))
    /// When it began, by the monotonic clock in nanoseconds; 0 while there is none.
    private let began = Atomic<Int>(0)
    private let statements = Atomic<Int>(0)
    private let nanoseconds = Atomic<Int>(0)
    /// When the statement began that runs now; 0 while none does.
    private let statementBegan = Atomic<Int>(0)

    /// The activity of nothing.
    public init() {}

    /// Nanoseconds since the machine started.
    public static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// Begins with a request, or with a group of them, which has neither id nor method.
    public func begin(id: String = "", method: String = "", route: String, count: Int = 1) {
        words.withLock { $0 = Words(id: id, method: method, route: route, count: count) }
        statements.store(0, ordering: .relaxed)
        nanoseconds.store(0, ordering: .relaxed)
        statementBegan.store(0, ordering: .relaxed)
        began.store(Self.now, ordering: .releasing)
    }

    /// Ends it.
    public func end() {
        began.store(0, ordering: .releasing)
    }

    /// Notes that a statement begins now.
    public func beginStatement(at time: Int) {
        statementBegan.store(time, ordering: .relaxed)
    }

    /// Notes that it has ended.
    public func endStatement(after duration: Int) {
        statementBegan.store(0, ordering: .relaxed)
        add(statements: 1, nanoseconds: duration)
    }

    /// Adds statements that were run for this request by another thread.
    public func add(statements count: Int, nanoseconds duration: Int) {
        statements.wrappingAdd(count, ordering: .relaxed)
        nanoseconds.wrappingAdd(duration, ordering: .relaxed)
    }

    /// How many statements were run, and how long they took in nanoseconds.
    public var cost: (statements: Int, nanoseconds: Int) {
        (statements.load(ordering: .relaxed), nanoseconds.load(ordering: .relaxed))
    }

    /// How long it has lasted in nanoseconds; nil when there is none.
    public var age: Int? {
        let time = began.load(ordering: .acquiring)
        return time == 0 ? nil : max(0, Self.now - time)
    }

    /// Everything at this moment; nil when there is no request.
    public var report: Report? {
        guard let age else { return nil }
        let (count, spent) = cost
        let running = statementBegan.load(ordering: .relaxed)
        let current = running == 0 ? 0 : max(0, Self.now - running)
        return Report(
            words: words.withLock(\.self), age: age, statements: count + (running == 0 ? 0 : 1),
            statementTime: spent + current, isInStatement: running != 0)
    }

    /// A reading of an activity. Times are in nanoseconds.
    public struct Report: Sendable {
        /// What it is.
        public let words: Words
        /// How long it has lasted.
        public let age: Int
        /// How many statements it has begun.
        public let statements: Int
        /// How long these have taken so far.
        public let statementTime: Int
        /// Whether one runs now.
        public let isInStatement: Bool
    }
}

/// The threads of this process that work on requests, and what each works on.
public final class WorkingThread: Sendable {
    private static let known = Mutex<[WorkingThread]>([])
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        precondition(pthread_key_create(&key, nil) == 0, "this process has no key left")
        return key
    }()

    /// The name that it also has in `top -H`.
    public let name: String
    // The address of what it works on, which lives as long as the process.
    private let activity = Atomic<UInt>(0)

    private init(name: String) {
        self.name = name
    }

    /// Lists the calling thread under a name.
    public static func enter(named name: String) {
        let thread = WorkingThread(name: name)
        pthread_setspecific(key, Unmanaged.passRetained(thread).toOpaque())
        known.withLock { $0.append(thread) }
    }

    /// Every thread that has been listed.
    public static var all: [WorkingThread] { known.withLock(\.self) }

    /// What it works on.
    public var work: RequestActivity? {
        UnsafeRawPointer(bitPattern: activity.load(ordering: .acquiring)).map {
            Unmanaged<RequestActivity>.fromOpaque($0).takeUnretainedValue()
        }
    }

    static func note(_ activity: UnsafeRawPointer?) {
        guard let own = pthread_getspecific(key) else { return }
        Unmanaged<WorkingThread>.fromOpaque(own).takeUnretainedValue().activity.store(
            UInt(bitPattern: activity), ordering: .releasing)
    }
}

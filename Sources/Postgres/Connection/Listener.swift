internal import CPostgres
internal import Logging
internal import Platform
internal import Synchronization

/// What another session sent by NOTIFY.
public struct Notification: Sendable, Equatable {
    /// The channel it was sent on.
    public let channel: String
    /// The text that came with it.
    public let payload: String
}

/// Receives notifications on a connection and a thread of its own, and reconnects automatically.
///
/// Notifications sent while there is no connection are lost. So `onLoss` is called after each connect, the first
/// included: callers must then drop all their copies. Between `onSilence` and the next `onLoss` nothing is received, and copies
/// must not be trusted. All closures run on the listener's thread, one at a time.
public final class Listener: Sendable {
    private let options: DatabaseOptions
    private let channels: [String]
    private let onNotification: @Sendable (Notification) -> Void
    private let onLoss: @Sendable () -> Void
    private let onSilence: @Sendable () -> Void
    private let listening = Atomic(false)
    private let state = Mutex(State())

    private struct State {
        var thread: BackgroundThread?
        /// Writing to it wakes the thread wherever it waits.
        var stop: StopSignal?
    }

    /// Prepares a listener; `start` connects.
    public init(
        _ options: DatabaseOptions, channels: [String], onNotification: @escaping @Sendable (Notification) -> Void,
        onLoss: @escaping @Sendable () -> Void, onSilence: @escaping @Sendable () -> Void = {}
    ) {
        var options = options
        options.applicationName += " listener"
        // A pooler by transactions would give the session to another, and nothing would ever arrive.
        if let direct = options.directConnectionString {
            options.connectionString = direct
            options.preparedStatements = true
        }
        // A listener sends nothing, so that only these questions notice a network that has gone.
        options.keepaliveSeconds = min(options.keepaliveSeconds, 3)
        self.options = options
        self.channels = channels
        self.onNotification = onNotification
        self.onLoss = onLoss
        self.onSilence = onSilence
    }

    /// Starts the thread; a second call does nothing.
    public func start() {
        state.withLock { state in
            guard state.thread == nil else { return }
            let stop = StopSignal()
            state.stop = stop
            do {
                state.thread = try BackgroundThread(named: "listener") {
                    ThreadSlice.withShortest { self.run(until: stop) }
                }
            } catch {
                // A process that has no room for one thread at its start has nothing better to do than to say so.
                preconditionFailure("\(error)")
            }
        }
    }

    /// Ends the thread and waits for it; must not be called from one of the closures.
    public func stop() {
        let (thread, stop) = state.withLock { state in
            defer { state = State() }
            return (state.thread, state.stop)
        }
        stop?.raise()
        thread?.join()
    }

    /// Whether the listener is connected and receives notifications.
    public var isListening: Bool { listening.load(ordering: .acquiring) }

    private func run(until stop: StopSignal) {
        var pause: Duration = .milliseconds(50)
        var failures = 0
        while !stop.isRaised {
            do {
                let connection = try subscribe()
                if failures > 0 { options.log.notice("listening again", ["attempts": .int(failures + 1)]) }
                (pause, failures) = (.milliseconds(50), 0)
                listening.store(true, ordering: .releasing)
                onLoss()
                deliver(from: connection.wire, until: stop)
                listening.store(false, ordering: .releasing)
                onSilence()
                if !stop.isRaised { options.log.warning("the listener lost its connection") }
            } catch {
                failures += 1
                if failures == 1 {
                    options.log.warning("the listener cannot connect", ["error": .string(error.debugDescription)])
                }
                // A failed attempt has no socket to wait on; only the signal can end this pause early.
                stop.wait(besides: -1, for: pause)
                pause = min(pause * 2, .seconds(2))
            }
        }
    }

    private func subscribe() throws(DatabaseError) -> Connection {
        let connection = try Connection(options)
        for channel in channels { try connection.simple("listen \(SQL.quoted(identifier: channel))") }
        return connection
    }

    /// Delivers notifications until the connection or the listener ends.
    private func deliver(from wire: Wire, until stop: StopSignal) {
        while !stop.isRaised {
            // Some may have come together with the answers to LISTEN, before there was anything to wait for.
            while let pointer = PQnotifies(wire.handle) {
                let notification = Notification(
                    channel: String(cString: pointer.pointee.relname), payload: String(cString: pointer.pointee.extra))
                PQfreemem(pointer)
                onNotification(notification)
            }
            stop.wait(besides: PQsocket(wire.handle), for: nil)
            guard PQconsumeInput(wire.handle) == 1, wire.isUsable else { return }
        }
    }
}

internal import FoundationEssentials
internal import HTTP
internal import Logging
internal import Platform
internal import Postgres

/// Receives notifications of changes, and clears the caches of this process and of nginx.
///
/// While none can arrive, `reception` is off, so that this process trusts no cache, and nginx is given another key every
/// second, so that it keeps nothing longer. But when the database does not answer at all, nothing newer can be had than
/// what nginx keeps, and it goes on serving that.
final class ChangeFeed: Sendable {
    /// One change, or the news that some may have been missed.
    enum Change: Sendable {
        case announced(topic: String, detail: String, number: Int)
        case missed

        func concerns(_ topic: String) -> Bool {
            switch self {
            case .announced(let changed, _, _): changed == topic
            case .missed: true
            }
        }
    }

    /// What the pages that nginx keeps are made of.
    private static let publicTopics = ["film", "clips", "flags", "terms", "catalog"]

    /// How long nginx may keep an answer while no announcements arrive.
    private static let interval = Duration.seconds(1)

    private let listener: Listener
    private let database: Database
    private let reception: Reception
    private let clearPages: @Sendable (Change) -> Void
    private let state = Monitor(State())

    private struct State: Sendable {
        var isSilent = false
        var isStopped = false
        var thread: BackgroundThread?
    }

    init(
        _ options: DatabaseOptions, database: Database, reception: Reception, versionDirectory: String, log: Log,
        onChange: @escaping @Sendable (Change) -> Void
    ) {
        let version = versionDirectory.isEmpty ? nil : VersionLink(directory: versionDirectory)
        let clearPages: @Sendable (Change) -> Void = { change in
            guard let version, Self.publicTopics.contains(where: change.concerns) else { return }
            do {
                try version.move(to: Self.name(of: change))
            } catch {
                log.error("the version link cannot be moved", ["error": .string("\(error)")])
            }
        }
        let apply: @Sendable (Change) -> Void = { change in
            onChange(change)
            // After our own caches, so that what nginx asks for anew is new.
            clearPages(change)
        }
        self.database = database
        self.reception = reception
        self.clearPages = clearPages
        listener = Listener(
            options, channels: ["dailies"],
            onNotification: { notification in
                guard let change = Self.change(notification.payload) else {
                    log.error("the notification's payload is malformed", ["payload": .string(notification.payload)])
                    return apply(.missed)
                }
                apply(change)
            },
            onLoss: { [state] in
                state.update { $0.isSilent = false }
                apply(.missed)
                reception.set(true)
            },
            onSilence: { [state] in
                reception.set(false)
                state.update { $0.isSilent = true }
            })
    }

    /// Whether notifications arrive at the moment.
    var isListening: Bool { listener.isListening }

    /// Starts the threads.
    func start() throws(SystemError) {
        reception.set(false)
        let thread = try BackgroundThread(named: "silence") { [self] in
            while awaitSilence() {
                if (try? database.ping()) != nil { clearPages(.missed) }
                _ = state.wait(until: .now + Self.interval) { $0.isStopped ? true : nil }
            }
        }
        state.update { state in
            state.thread = thread
            state.isSilent = true
        }
        listener.start()
    }

    /// Ends the threads and waits for them.
    func stop() {
        listener.stop()
        let thread = state.update { state in
            state.isStopped = true
            return state.thread
        }
        thread?.join()
    }

    /// Waits until no announcements arrive; false when the process ends.
    private func awaitSilence() -> Bool {
        state.wait { $0.isStopped ? false : $0.isSilent ? true : nil } ?? false
    }

    private static func change(_ payload: String) -> Change? {
        guard let value = try? JSONDecoder().decode(Announcement.self, from: Data(payload.utf8)) else { return nil }
        return .announced(topic: value.topic, detail: value.detail ?? "", number: value.number)
    }

    private struct Announcement: Decodable {
        let topic: String
        let detail: String?
        let number: Int
    }

    /// Every process receives all changes in the same order, so all set the link to the same target in the end. A
    /// missed change has no number; a random name makes sure that nothing cached before is found again.
    private static func name(of change: Change) -> String {
        switch change {
        case .announced(_, _, let number): "v\(number)"
        case .missed: "v0-\(RequestID.new())"
        }
    }
}

internal import FoundationEssentials
internal import HTTP
internal import Logging
internal import Platform
internal import Postgres

/// Receives notifications of changes, and clears the caches of this process and of nginx.
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

    private let listener: Listener

    init(
        _ options: DatabaseOptions, versionDirectory: String, log: Log,
        onChange: @escaping @Sendable (Change) -> Void
    ) {
        let version = versionDirectory.isEmpty ? nil : VersionLink(directory: versionDirectory)
        let apply: @Sendable (Change) -> Void = { change in
            onChange(change)
            // After our own caches, so that what nginx asks for anew is new.
            guard let version, Self.publicTopics.contains(where: change.concerns) else { return }
            do {
                try version.move(to: Self.name(of: change))
            } catch {
                log.error("the version link cannot be moved", ["error": .string("\(error)")])
            }
        }
        listener = Listener(
            options, channels: ["dailies"],
            onNotification: { notification in
                guard let change = Self.change(notification.payload) else {
                    log.error("the notification's payload is malformed", ["payload": .string(notification.payload)])
                    return apply(.missed)
                }
                apply(change)
            },
            onLoss: { apply(.missed) })
    }

    /// Whether notifications arrive at the moment.
    var isListening: Bool { listener.isListening }

    func start() { listener.start() }

    func stop() { listener.stop() }

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

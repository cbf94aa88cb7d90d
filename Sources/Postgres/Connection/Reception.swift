internal import Synchronization

/// Whether announcements of changes arrive at the moment.
///
/// What is kept because a change would be announced must not be trusted while announcements cannot arrive. Caches
/// therefore ask before they use what they keep; the owner of the `Listener` tells.
public final class Reception: Sendable {
    private let isReceiving: Atomic<Bool>

    /// On for those who keep nothing that is announced, such as the operator's tool and most tests.
    public init(isOn: Bool = true) { isReceiving = Atomic(isOn) }

    /// Whether announcements arrive.
    public var isOn: Bool { isReceiving.load(ordering: .acquiring) }

    /// Says whether announcements arrive.
    public func set(_ isOn: Bool) { isReceiving.store(isOn, ordering: .releasing) }
}

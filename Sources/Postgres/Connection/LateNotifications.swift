internal import CPostgres

/// Notifications that a transaction asked for and that are sent after its commit.
///
/// NOTIFY holds a lock of the whole server until its transaction is on disk, so transactions that notify commit one after the
/// other, each with a write of its own. The function `notify_late` (`functions/shared/changes.sql`) raises a notice instead where
/// `dailies.notify` is `late`, and this side notifies in a transaction that waits for no disk.
final class LateNotifications {
    /// The code of the notices; the message is the channel, the detail the payload.
    static let code = "DLN01"

    private(set) var texts: [String] = []

    /// Lets libpq report a connection's notices here. The connection must not outlive this object.
    func attach(to handle: OpaquePointer) {
        PQsetNoticeReceiver(
            handle,
            { context, result in
                guard let context, let result else { return }
                Unmanaged<LateNotifications>.fromOpaque(context).takeUnretainedValue().add(ServerReport(result))
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func add(_ notice: ServerReport) {
        guard notice.sqlstate == Self.code else { return }
        let text = "select pg_notify(\(Self.literal(notice.message)), \(Self.literal(notice.detail)))"
        if !texts.contains(text) { texts.append(text) }
    }

    private static func literal(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }

    /// What sends them all, and forgets them; nil when there are none.
    func take() -> String? {
        guard !texts.isEmpty else { return nil }
        defer { forget() }
        return "begin; set local synchronous_commit = off; " + texts.joined(separator: "; ") + "; commit"
    }

    /// The transaction that asked for them was rolled back.
    func forget() {
        texts = []
    }
}

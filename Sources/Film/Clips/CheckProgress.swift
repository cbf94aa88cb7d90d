internal import FoundationEssentials
internal import Postgres
internal import Synchronization

/// Records how far the check of an upload is, at most once a second. A record that cannot be written is left out: it only
/// informs, and the job's own writes will meet the same fault.
final class CheckProgress: Sendable {
    private let upload: UUID
    private let database: Database
    private let latest = Mutex<(percent: Int, at: ContinuousClock.Instant?)>((0, nil))

    init(upload: UUID, database: Database) {
        self.upload = upload
        self.database = database
    }

    /// An attempt begins.
    func begin() {
        _ = try? database.execute(
            """
            update uploads
            set check_started_at = dailies_now(),
                check_percent = 0,
                check_note = null,
                preview_key = null
            where id = \(upload)
            """)
    }

    /// A share from 0 to 1 is done.
    func report(_ share: Double) {
        let percent = max(0, min(100, Int(share * 100)))
        let isDue = latest.withLock { latest in
            if let at = latest.at, .now - at < .seconds(1) { return false }
            guard percent > latest.percent else { return false }
            latest = (percent, .now)
            return true
        }
        guard isDue else { return }
        _ = try? database.execute("update uploads set check_percent = \(percent)::int where id = \(upload)")
    }

    /// Names what the creator and moderators can play meanwhile; nil when it is about to be removed.
    func preview(_ key: String?) {
        _ = try? database.execute("update uploads set preview_key = \(key) where id = \(upload)")
    }

    /// Leaves a sentence for the creator.
    func note(_ text: String) {
        _ = try? database.execute("update uploads set check_note = \(text) where id = \(upload)")
    }
}

internal import Crypto
internal import FoundationEssentials
public import Postgres
internal import Text

/// Which machines advance the rounds. One is meant to; the database keeps what more of them do from counting twice.
public struct AdvanceRuns: Sendable {
    /// A machine, and when it last advanced the rounds.
    public struct Run: Sendable, RowDecodable {
        /// The machine's name.
        public let hostName: String
        /// When it last did, as seconds before now.
        public let secondsAgo: Double

        /// Reads a row of `recent`.
        public init(row: Row) throws(DatabaseError) {
            hostName = try row.value(at: 0)
            secondsAgo = try row.value(at: 1)
        }
    }

    private let database: Database

    /// The machines of a database.
    public init(_ database: Database) {
        self.database = database
    }

    /// Notes that this machine advances now.
    public func note() throws {
        try database.execute(
            """
            insert into advance_runs (machine, host_name, program)
            values (\(Self.machine), \(Self.hostName), 'dailies-jobs')
            on conflict (machine) do update
            set host_name = excluded.host_name, last_at = now()
            """)
        try database.execute("delete from advance_runs where last_at < now() - interval '30 days'")
    }

    /// The machines that have advanced within some seconds, the latest first.
    public func recent(within seconds: Int) throws -> [Run] {
        try database.query(
            """
            select host_name, extract(epoch from now() - last_at)::float8
            from advance_runs
            where last_at > now() - make_interval(secs => \(seconds))
            order by last_at desc
            """)
    }

    /// Derived from the machine's id, which itself must stay on the machine.
    private static var machine: String {
        let id = (try? String(contentsOfFile: "/etc/machine-id", encoding: .utf8)) ?? hostName
        return Text.hex(SHA256.hash("dailies-advance " + id).prefix(8))
    }

    private static var hostName: String { ProcessInfo.processInfo.hostName }
}

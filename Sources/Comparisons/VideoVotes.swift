public import FoundationEssentials
internal import Platform
public import Postgres

/// A vote for a video of a comparison, or one that is taken back.
public struct VideoBallot: Sendable {
    /// The video.
    public let videoID: UUID
    /// Under which the vote counts.
    public let voterKey: String
    /// The device's key.
    public let deviceKey: String
    /// The hash of the browser's cookie.
    public let cookieHash: String?
    /// The member, unless a device votes.
    public let member: UUID?
    /// The hash of the network of the day.
    public let network: String
    /// Whether the vote is taken back.
    public let isUndo: Bool

    /// A vote.
    public init(
        videoID: UUID, voterKey: String, deviceKey: String, cookieHash: String?, member: UUID?, network: String,
        isUndo: Bool
    ) {
        self.videoID = videoID
        self.voterKey = voterKey
        self.deviceKey = deviceKey
        self.cookieHash = cookieHash
        self.member = member
        self.network = network
        self.isUndo = isUndo
    }
}

/// Votes for the videos of comparisons. Those that arrive at once are counted by one statement, so that many votes for one
/// video do not wait for each other's commits.
public final class VideoVotes: Sendable {
    private typealias Ticket = GroupQueue<VideoBallot, Counted>.Ticket
    private typealias Counted = (outcome: String, votes: Int)

    /// How many votes the visitors of a network give a video on a day at most, unless a setting says otherwise.
    public static let networkVotes = 100

    private let database: Database
    private let queue = GroupQueue<VideoBallot, Counted>(groupLimit: 256, capacity: 4_096)

    /// The votes of a database, in which the visitors of a network give a video `networkVotes` a day at most.
    public init(database: Database, networkVotes: Int = VideoVotes.networkVotes) {
        self.database = database
        // No thread is started: the one that has waited longest does the work of all.
        queue.start { [database] in Self.count($0, in: database, networkVotes) }
    }

    /// Counts a vote, or takes it back; the votes that the video then has.
    public func change(_ ballot: VideoBallot) throws -> Int {
        let counted = try queue.submit(ballot)
        try ComparisonRefusal.check(counted.outcome)
        return counted.votes
    }

    /// The videos of a comparison for which a voter has voted.
    public func own(in comparison: UUID, voterKey: String, cookieHash: String?) throws -> [UUID] {
        try database.query("select own_video_votes(\(comparison), \(voterKey), \(cookieHash))")
    }

    /// Counts differ from the votes here; none on a sound site. Not for the web role.
    public static func drift(in database: Database) throws(DatabaseError) -> [ComparisonDrift] {
        try database.query("select * from comparison_drift()")
    }

    /// Makes every count what the rows say, and returns how they differed. Not for the web role.
    public static func repair(in database: Database) throws(DatabaseError) -> [ComparisonDrift] {
        try database.query("select * from repair_comparisons()")
    }

    /// A statement has each video and voter once; what comes a second time comes with the next one.
    private static func count(_ tickets: [Ticket], in database: Database, _ networkVotes: Int) {
        var left = tickets
        while !left.isEmpty {
            var seen: Set<String> = []
            var now: [Ticket] = []
            var later: [Ticket] = []
            for ticket in left {
                let ballot = ticket.item
                let keys = [ballot.voterKey, ballot.cookieHash].compactMap(\.self).map {
                    ballot.videoID.uuidString + $0
                }
                if keys.contains(where: seen.contains) { later.append(ticket) } else { now.append(ticket) }
                seen.formUnion(keys)
            }
            apply(now, in: database, networkVotes)
            left = later
        }
    }

    private static func apply(_ tickets: [Ticket], in database: Database, _ networkVotes: Int) {
        GroupQueue.answer(tickets.map { ($0, $0.item) }) { ballots in
            let rows: [Row] = try database.query(
                """
                select outcome, votes
                from change_video_votes(
                    \(ballots.map(\.videoID)), \(ballots.map(\.voterKey)), \(ballots.map(\.deviceKey)),
                    \(ballots.map(\.cookieHash)), \(ballots.map(\.member)), \(ballots.map(\.network)),
                    \(ballots.map(\.isUndo)), \(Int32(networkVotes))
                )
                """)
            return try rows.map { (outcome: try $0.value("outcome"), votes: try $0.value("votes")) }
        }
    }
}

/// A count of comparisons or tags that differs from the rows.
public struct ComparisonDrift: Sendable, RowDecodable {
    /// Which count.
    public let fault: String
    /// The video, the comparison or the tag.
    public let subjectID: UUID
    /// What was found.
    public let found: Int
    /// What the rows say.
    public let expected: Int

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        fault = try row.value("fault")
        subjectID = try row.value("subject_id")
        found = try row.value("found")
        expected = try row.value("expected")
    }
}

internal import FoundationEssentials
internal import Postgres

/// What a visitor can do with the film at the moment.
public enum FilmState: String, Codable, CaseIterable, Sendable {
    /// A round is open.
    case voting
    /// The open slot has no clip.
    case waitingForClips = "waiting_for_clips"
    /// The last round's votes are being looked at.
    case underReview = "under_review"
    /// The last season is finished, and no other runs.
    case seasonComplete = "season_complete"
    /// There is no season to see.
    case noSeason = "no_season"
}

/// The film at a glance, for the pages.
public struct Overview: Sendable {
    /// The season that runs, else the one that was finished last; its slots are the reel.
    public let season: StorySeason?
    /// What a visitor can do.
    public let state: FilmState
    /// How many people have sent in a clip that was not refused.
    public let creators: Int
    /// The clips of the open slot in the order in which they entered it, at most 100.
    public let openClips: [OpenClip]
    /// Every season that is not archived, the newest first.
    public let seasons: [StorySeason]

    /// The clips that won, in the film's order.
    public var winners: [(position: Int, winner: StoryWinner)] {
        (season?.slots ?? []).compactMap { slot in slot.winner.map { (slot.position, $0) } }
    }
}

/// A clip of the open slot.
public struct OpenClip: Sendable {
    /// The clip.
    public let clip: ClipCard
    /// Its votes; nil when the season shows counts only later.
    public let voteCount: Int?
}

extension Stories {
    /// The film at a glance.
    public func overview() throws -> Overview {
        let story = try story()
        let season = story.shownSeason
        let creators: Int = try database.one("select count_creators()")
        return Overview(
            season: season, state: Self.state(of: season), creators: creators,
            openClips: try season.map { try openClips(of: $0) } ?? [], seasons: story.seasons)
    }

    private func openClips(of season: StorySeason) throws -> [OpenClip] {
        guard let round = season.round else { return [] }
        let rows: [Row] = try database.query(
            """
            select \(sql: ClipCard.columns), clips.vote_count
            from tournament_clips clips
            join users on users.id = clips.user_id
            where clips.season_id = \(season.id) and clips.slot_position = \(round.slot) and clips.status = 'active'
            order by clips.activated_at, clips.id
            limit 100
            """)
        return try rows.map { row in
            OpenClip(
                clip: try ClipCard(row: row, address: address),
                voteCount: round.votes == nil ? nil : try row.value("vote_count"))
        }
    }

    private static func state(of season: StorySeason?) -> FilmState {
        guard let season else { return .noSeason }
        return switch season.round?.status {
        case .voting: .voting
        case .waitingForClips: .waitingForClips
        case .underReview: .underReview
        default: season.status == .finished ? .seasonComplete : .noSeason
        }
    }
}

public import Battles
public import Money
public import Postgres

/// Sums of days, with what follows from them.
public struct Figures: Sendable, Equatable {
    /// Of how many runs or videos a spread is computed at least.
    public static let minimumForSpread = 5

    /// Runs with a video.
    public var completed = 0
    /// Runs that failed.
    public var failed = 0
    /// Runs that were stopped.
    public var cancelled = 0
    /// Completed runs whose time is known.
    public var timed = 0
    /// Milliseconds that these took.
    public var tookMs = 0
    /// The sum of the squares of those times.
    public var tookMsSquared = 0.0
    /// Milliseconds of finished videos.
    public var videoMs = 0
    /// Those of videos whose cost is known.
    public var pricedMs = 0
    /// What completed runs cost.
    public var cost = Money.zero
    /// What failed and stopped runs cost.
    public var lost = Money.zero
    /// Finished videos in comparisons.
    public var compared = 0
    /// What these cost.
    public var comparedCost = Money.zero
    /// All votes for them.
    public var comparedVotes = 0
    /// The sum of the squares of each one's votes.
    public var comparedVotesSquared = 0.0
    /// Votes cast.
    public var votes = 0
    /// Battles won.
    public var wins = 0
    /// Battles lost.
    public var losses = 0
    /// Ties, those of two bad videos included.
    public var ties = 0

    /// No figures.
    public init() {}

    /// Completed among completed and failed runs, from 0 to 1; nil without one.
    public var successRate: Double? {
        completed + failed == 0 ? nil : Double(completed) / Double(completed + failed)
    }
    /// Seconds from the provider's acknowledgement to its saying done, on average; nil where no time is known.
    public var meanSeconds: Double? { timed == 0 ? nil : Double(tookMs) / Double(timed) / 1_000 }
    /// Seconds of a video on average; nil without one.
    public var meanDuration: Double? { completed == 0 ? nil : Double(videoMs) / Double(completed) / 1_000 }
    /// What a second of video cost; nil without one.
    public var costPerSecond: Money? {
        pricedMs == 0 ? nil : Money(tenThousandths: cost.tenThousandths * 1_000).divided(by: pricedMs)
    }
    /// What a finished video cost; nil without one.
    public var costPerVideo: Money? { completed == 0 ? nil : cost.divided(by: completed) }
    /// What the videos in comparisons cost for each vote that they have; nil without a vote.
    public var costPerVote: Money? { comparedVotes == 0 ? nil : comparedCost.divided(by: comparedVotes) }
    /// Votes for a video in comparisons on average; nil without one.
    public var votesPerVideo: Double? { compared == 0 ? nil : Double(comparedVotes) / Double(compared) }
    /// How much the times of runs differ: their standard deviation in terms of their mean; nil below the minimum.
    public var timeSpread: Double? { Self.spread(timed, sum: Double(tookMs), squares: tookMsSquared) }
    /// How much the votes of videos differ, in the same way.
    public var voteSpread: Double? { Self.spread(compared, sum: Double(comparedVotes), squares: comparedVotesSquared) }
    /// Battles fought.
    public var battles: Int { wins + losses + ties }

    private static func spread(_ count: Int, sum: Double, squares: Double) -> Double? {
        guard count >= minimumForSpread, sum > 0 else { return nil }
        let (number, mean) = (Double(count), sum / Double(count))
        let variance = max(0, squares - sum * mean) / (number - 1)
        return variance.squareRoot() / mean
    }

    /// Both together.
    public static func + (left: Figures, right: Figures) -> Figures {
        var sum = left
        sum.completed += right.completed
        sum.failed += right.failed
        sum.cancelled += right.cancelled
        sum.timed += right.timed
        sum.tookMs += right.tookMs
        sum.tookMsSquared += right.tookMsSquared
        sum.videoMs += right.videoMs
        sum.pricedMs += right.pricedMs
        sum.cost = left.cost + right.cost
        sum.lost = left.lost + right.lost
        sum.compared += right.compared
        sum.comparedCost = left.comparedCost + right.comparedCost
        sum.comparedVotes += right.comparedVotes
        sum.comparedVotesSquared += right.comparedVotesSquared
        sum.votes += right.votes
        sum.wins += right.wins
        sum.losses += right.losses
        sum.ties += right.ties
        return sum
    }
}

extension Figures: RowDecodable {
    /// The sums of `model_days days`, as `init(row:)` reads them.
    static let sums: SQL = """
        coalesce(sum(days.completed), 0)::bigint as completed, coalesce(sum(days.failed), 0)::bigint as failed,
            coalesce(sum(days.cancelled), 0)::bigint as cancelled, coalesce(sum(days.timed), 0)::bigint as timed,
            coalesce(sum(days.took_ms), 0)::bigint as took_ms,
            coalesce(sum(days.took_ms_squared), 0)::double precision as took_ms_squared,
            coalesce(sum(days.video_ms), 0)::bigint as video_ms, coalesce(sum(days.priced_ms), 0)::bigint as priced_ms,
            (coalesce(sum(days.cost_usd), 0) * 10000)::bigint as cost,
            (coalesce(sum(days.lost_usd), 0) * 10000)::bigint as lost,
            coalesce(sum(days.compared), 0)::bigint as compared,
            (coalesce(sum(days.compared_usd), 0) * 10000)::bigint as compared_cost,
            coalesce(sum(days.compared_votes), 0)::bigint as compared_votes,
            coalesce(sum(days.compared_votes_squared), 0)::double precision as compared_votes_squared,
            coalesce(sum(days.votes), 0)::bigint as votes, coalesce(sum(days.wins), 0)::bigint as wins,
            coalesce(sum(days.losses), 0)::bigint as losses, coalesce(sum(days.ties), 0)::bigint as ties
        """

    /// Reads a row of sums.
    public init(row: Row) throws(DatabaseError) {
        completed = try row.value("completed")
        failed = try row.value("failed")
        cancelled = try row.value("cancelled")
        timed = try row.value("timed")
        tookMs = try row.value("took_ms")
        tookMsSquared = try row.value("took_ms_squared")
        videoMs = try row.value("video_ms")
        pricedMs = try row.value("priced_ms")
        cost = Money(tenThousandths: try row.value("cost"))
        lost = Money(tenThousandths: try row.value("lost"))
        compared = try row.value("compared")
        comparedCost = Money(tenThousandths: try row.value("compared_cost"))
        comparedVotes = try row.value("compared_votes")
        comparedVotesSquared = try row.value("compared_votes_squared")
        votes = try row.value("votes")
        wins = try row.value("wins")
        losses = try row.value("losses")
        ties = try row.value("ties")
    }
}

/// A model with its figures.
public struct ModelFigures: Sendable, RowDecodable {
    /// What programs call the model.
    public let slug: String
    /// What people call it.
    public let name: String
    /// Who makes it.
    public let maker: String
    /// The figures of the period.
    public let figures: Figures
    /// Its place on the board of ratings, which is of all time; nil where it has none.
    public internal(set) var rating: RatedBoard.Model?

    /// A model.
    public init(slug: String, name: String, maker: String, figures: Figures, rating: RatedBoard.Model? = nil) {
        self.slug = slug
        self.name = name
        self.maker = maker
        self.figures = figures
        self.rating = rating
    }

    /// Reads a row of the report.
    public init(row: Row) throws(DatabaseError) {
        self.init(
            slug: try row.value("slug"), name: try row.value("name"), maker: try row.value("maker"),
            figures: try Figures(row: row))
    }
}

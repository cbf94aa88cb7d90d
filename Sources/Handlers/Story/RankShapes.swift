public import Film
public import HTTP
public import SharedHandlers

extension RankPeriod: JSONRepresentable {}
extension RankTrend: JSONRepresentable {}

extension RankPlace: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<RankPlace>("RankPlace") {
        Field("rank", \.rank, "One more than the number of entries with more votes.")
        Field("votes", \.votes, "Those of the period.")
        Field("trend", \.trend, "Compared with the period before; null for all time.")
        Field("previousRank", \.previousRank, "In the period before; null for an entry that had no place then.")
    }
}

extension BoardClip: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "entries"
    /// The name of a page.
    public static let pageName = "ClipRanks"

    /// Its form in JSON.
    public static let shape = Shape<BoardClip>("BoardClip") {
        Including(\.place)
        Field("clip", \.clip)
    }
}

extension BoardMember: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "entries"
    /// The name of a page.
    public static let pageName = "MemberRanks"

    /// Its form in JSON.
    public static let shape = Shape<BoardMember>("BoardMember") {
        Including(\.place)
        Field("username", \.username, "Null for a member without a name.")
        Field("avatarURL", \.avatarURL)
        Field("level", \.level)
        Field("streak", \.streak, "How many days in a row the member has voted.")
    }
}

extension RankTerms: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<RankTerms>("RankTerms") {
        Field("period", \.period)
        Field("firstDay", \.firstDay, "The beginning of the first day; null for all time.")
        Field("lastDay", \.lastDay, "The beginning of the last day; null for all time.")
        Field("total", \.total, "How many entries the board has.")
        Field("updatedAt", \.updatedAt, "Until when votes are added up; null before the first time.")
    }
}

extension RankPage: Answer, JSONRepresentable where Entry: ListItem {
    /// The entries, `nextCursor`, and what the board shows.
    public static var schema: Schema { shape.schema }
    /// The page.
    public var json: JSONValue { Self.shape.json(self) }

    private static var shape: Shape<RankPage<Entry>> {
        Shape(Entry.pageName) {
            Including(\.terms)
            Including(page: \.page)
        }
    }
}

extension OwnRanks: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<OwnRanks>("OwnRanks") {
        Field("voter", \.voter, "Null without a vote in the period.")
        Field("creator", \.creator, "Null when no clip of the member got a vote in the period.")
        Field("clip", \.clip, "The member's best clip.")
    }
}

extension LiveBoard: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<LiveBoard>("LiveBoard") {
        Field("state", \.state)
        Field("season", \.season)
        Field("slot", \.slot)
        Field("votingEndsAt", \.votingEndsAt)
        Field("showsCounts", \.showsCounts, "Whether the season shows its counts while a round is open.")
        Field("clips", \.clips, "In the order in which they would win; empty while counts are not shown.")
        Field("boardsUpdatedAt", \.boardsUpdatedAt, "Until when the boards of the periods are added up.")
    }
}

extension LiveClip: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<LiveClip>("LiveClip") {
        Field("rank", \.rank)
        Field("voteCount", \.voteCount)
        Field("weightedScore", \.weightedScore)
        Field("clip", \.clip)
    }
}

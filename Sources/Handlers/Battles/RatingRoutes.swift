public import Battles
internal import FoundationEssentials
public import HTTP
public import Identity
internal import Postgres
public import SharedHandlers

extension BattleRoutes {
    /// The routes of the boards that battles are computed into.
    public static func ratingRoutes(_ boards: RatingBoards, _ identity: IdentityService) -> [Route] {
        [
            .get(
                "/api/ratings", access: .any,
                query: [
                    .optional(
                        "board", .string(1...60), default: .string(BoardKind.all.name),
                        "`all` battles, those of videos from `text` or from a `picture`, or of comparisons with a tag: `tag:` and its slug."
                    )
                ],
                cache: .publicCache(seconds: 60, stale: 300), features: ["ARENA-08"],
                summary: "Ratings of models from blind battles, with errors, tiers and rank ranges."
            ) { context in
                guard let kind = BoardKind(context.text(query: "board") ?? BoardKind.all.name) else {
                    throw Problem.invalid("board", "unknown", "“board” must be all, text, picture or tag: and a slug.")
                }
                let stored = try boards.find(kind)
                return RatingsAnswer(board: stored?.board, computedAt: stored?.computedAt, tags: try boards.tags())
            },
            .get(
                "/api/ratings/own", access: .any, features: ["ARENA-08"],
                summary: "The board of the caller's own battles, from 30 battles on."
            ) { context in
                RatingsAnswer(board: try boards.own(context.voterKey(identity)), computedAt: context.now)
            },
            .get(
                "/api/battles", access: .any, query: .paging(), features: ["ARENA-08"],
                summary: "Every battle from the newest, with a pseudonym in place of the one who judged."
            ) { context in try boards.battles(context.pageRequest) },
            export(boards),
        ]
    }
}

extension BattleRoutes {
    /// Up to so many battles from the oldest; the header Link leads to the others.
    private static func export(_ boards: RatingBoards) -> Route {
        .get(
            "/api/battles/export", access: .any,
            query: [
                .optional(
                    "after", .integer(0...Int.max), default: .number(0),
                    "Only battles after the one with this number. The header `Link` leads to the next ones.")
            ],
            answers: [200: nil], features: ["ARENA-08"],
            summary: "Every battle from the oldest as comma-separated values; `dailies ratings verify` reads them."
        ) { context in
            let battles = try boards.export(after: Int64(context.integer(query: "after") ?? 0))
            var headers: Headers = ["Content-Disposition": "attachment; filename=\"battles.csv\""]
            if battles.count == RatingBoards.exported, let last = battles.last {
                headers["Link"] = "</api/battles/export?after=\(last.id)>; rel=\"next\""
            }
            let lines = [PublicBattle.csvHeader] + battles.map(\.csv)
            return Response.content(
                Array((lines.joined(separator: "\r\n") + "\r\n").utf8), type: "text/csv; charset=utf-8",
                headers: headers)
        }
    }
}

/// A board, or none.
struct RatingsAnswer: Shaped, Answer {
    let board: RatedBoard?
    let computedAt: Date?
    var tags: [RatedTag] = []

    static let shape = Shape<RatingsAnswer>("Ratings") {
        Field("computedAt", \.computedAt, "Null before the first battles were counted.")
        Field("method", { _ in method })
        Field("board", \.board, "Null while there is none.")
        Field(
            "tags", \.tags, "The tags that have a board, those with the most battles first; empty for one's own board.")
    }

    private static let method = """
        Bradley-Terry by maximum likelihood; a tie, and two bad videos, are half a win for each. 400 points are a chance of 10 to 1, \
        and the mean of a group is 1000. Sandwich errors. Two models are ordered where Holm's method over all pairs says so.
        """
}

extension RatedTag: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<RatedTag>("RatedTag") {
        Field("slug", \.slug)
        Field("name", \.name)
        Field("battles", \.battles, "How many its board counts.")
    }
}

extension RatedBoard: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<RatedBoard>("RatingBoard") {
        Field("battles", \.battles)
        Field("lastBattle", \.lastBattle, "The number of the last battle that counts, as `GET /api/battles` has it.")
        Field("confidence", \.confidence, "The chance that everything said here about the order of models is true.")
        Field("minimumBattles", \.minimumBattles, "How many a model needs before it has a tier and ranks.")
        Field("decided", \.decided, "Battles with a winner.")
        Field("leftWins", \.leftWins, "How many of those the left side won.")
        Field("leftLow", \.leftLow, "Wilson's interval of the left side's share; null without a decided battle.")
        Field("leftHigh", \.leftHigh)
        Field("groups", \.groups, "Models that can be compared with each other.")
    }
}

extension RatedBoard.Group: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<RatedBoard.Group>("RatingGroup") {
        Field("battles", \.battles)
        Field("isSeparated", \.isSeparated, "Whether some models won every battle against all others.")
        Field("models", \.models, "By slug: the order says nothing.")
    }
}

extension RatedBoard.Model: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<RatedBoard.Model>("RatedModel") {
        Field("slug", \.slug)
        Field("name", \.name)
        Field("maker", \.maker)
        Field("rating", \.rating)
        Field("error", \.error, "The standard error.")
        Field("interval", \.interval, "Half the width of the 95 % interval.")
        Field("battles", \.battles)
        Field("wins", \.wins)
        Field("losses", \.losses)
        Field("ties", \.ties)
        Field("bothBad", \.bothBad, "Counted as ties.")
        Field("tier", \.tier, "From 0; null below the floor of battles. Two models of a tier cannot be told apart.")
        Field("bestRank", \.bestRank)
        Field("worstRank", \.worstRank)
    }
}

extension PublicBattle: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "battles"
    /// The name of a page.
    public static let pageName = "BattlePage"

    /// Its form in JSON.
    public static let shape = Shape<PublicBattle>("Battle") {
        Field("id", \.id)
        Field("voter", \.voter, "A random name, the same for all battles of a person.")
        Field("left", \.left, "The model by slug.")
        Field("right", \.right)
        Field("startsFromPicture", \.startsFromPicture)
        Field("tags", \.tags, "Those of the comparison whose videos these are, by slug.")
        Field("outcome", \.outcome)
        Field("isVoided", \.isVoided, "Whether admins took it out of the count.")
        Field("castAt", \.castAt)
    }
}

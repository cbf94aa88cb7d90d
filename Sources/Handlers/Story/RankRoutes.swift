internal import Film
internal import FoundationEssentials
internal import HTTP
internal import SharedHandlers

extension StoryRoutes {
    static func rankRoutes(_ ranks: Ranks) -> [Route] {
        [
            board(
                "clips", of: RankPage<BoardClip>.self, feature: "RANK-01", "Clips by the votes that they received."
            ) { try ranks.clips($0.period, page: $0.pageRequest) },
            board(
                "voters", of: RankPage<BoardMember>.self, feature: "RANK-01", "Members by the votes that they cast."
            ) { try ranks.members(.voters, $0.period, page: $0.pageRequest) },
            board(
                "creators", of: RankPage<BoardMember>.self, feature: "RANK-01",
                "Members by the votes that their clips received."
            ) { try ranks.members(.creators, $0.period, page: $0.pageRequest) },
            live(ranks), own(ranks),
        ]
    }

    private static let period = QueryParameter.optional(
        "period", .choice(RankPeriod.allCases.map(\.rawValue)), default: .string(RankPeriod.day.rawValue),
        "Today, today and the six days before, or all time. Days are of UTC.")

    /// A minute-old page is good enough for everybody, so that the web server answers.
    private static func board<Page: Answer>(
        _ name: String, of _: Page.Type, feature: String, _ summary: String,
        read: @escaping @Sendable (Context) throws -> Page
    ) -> Route {
        .get(
            "/api/leaderboard/\(name)", access: .any, query: [period] + .paging(),
            cache: .publicCache(seconds: 60, stale: 300), features: [feature, "RANK-02"], summary: summary
        ) { context in try read(context) }
    }

    private static func live(_ ranks: Ranks) -> Route {
        .get(
            "/api/leaderboard/live", access: .any, query: [.limit(default: 20, cap: 100)],
            cache: .publicCache(seconds: 1, stale: 5), features: ["RANK-01"],
            summary: "The clips of the open round by their score, and until when the other boards are added up."
        ) { context in try ranks.live(limit: context.integer(query: "limit") ?? 20) }
    }

    private static func own(_ ranks: Ranks) -> Route {
        .get(
            "/api/leaderboard/own", access: .member, query: [period], features: ["RANK-01"],
            summary: "The caller's own places on the three boards."
        ) { context in try ranks.own(try context.member().id, context.period) }
    }
}

extension Context {
    fileprivate var period: RankPeriod { text(query: "period").flatMap(RankPeriod.init) ?? .day }
}

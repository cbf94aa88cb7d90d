import Analytics
import Battles
import Comparisons
import Film
import FoundationEssentials
import Games
import Generation
import Money
import Notifications
import Postgres

@testable import Battles
@testable import Film
@testable import PagesHandlers
@testable import People

/// A film for pages: thirty slots cut, the next one open, one season before it.
enum Fixtures {
    /// The second version of the terms, with what a text may hold.
    static var terms: TermsView {
        let date = Date(timeIntervalSince1970: 1_789_000_000)
        return TermsView(
            version: 2, effectiveAt: date, summary: "Kinder & shorter.",
            text: "## Using the site\n- Members are {minimumAge} or older.\n- <b>Be kind</b>\nThat is all.",
            versions: [2, 1].map { .init(number: $0, effectiveAt: date, summary: "What was <new>") })
    }

    /// A notification of each kind, with words that must be escaped, over three days.
    static var notifications: NotificationsView {
        let date = Date(timeIntervalSince1970: 1_789_000_000)
        var view = NotificationsView()
        view.now = date
        view.unread = 4
        view.nextCursor = "abc"
        view.entries = NotificationKind.allCases.enumerated().map { place, kind in
            MemberNotification(
                id: Int64(100 - place), kind: kind, createdAt: date - TimeInterval(place) * 20_000,
                isRead: place >= 4,
                facts: JSONText(
                    #"{"title": "Ash <1>", "reason": "Too & dark.", "slot": 3, "name": "Season \"3\"", "path": "/clip/1?a=1&b=2"}"#
                ), actor: "nova")
        }
        return view
    }

    static func notificationSettings(address: String?) -> NotificationSettingsView {
        NotificationSettingsView(
            choices: NotificationKind.allCases.map { NotificationChoice(kind: $0) },
            digest: DigestChoice(address: address, frequency: address == nil ? .off : .weekly))
    }

    /// One report in each state.
    static var decisions: DecisionsView {
        let date = Date(timeIntervalSince1970: 1_789_000_000)
        return DecisionsView(
            reports: ReportState.allCases.map { state in
                OwnReport(
                    subject: state == .open ? nil : "Ash <1>", isAboutClip: state != .dismissed, reason: .spam,
                    state: state, createdAt: date, answeredAt: state == .dismissed ? date : nil,
                    answer: state == .dismissed ? "A <parody>" : nil)
            })
    }

    /// A member as everybody sees the member.
    static func person(_ count: Int = 6, cursor: String? = "abc") -> PersonView {
        PersonView(
            id: UUID(), username: "mira", avatarURL: "/api/avatar/abc",
            joinedAt: Date(timeIntervalSince1970: 1_789_000_000),
            followers: 1_204, clips: count, wins: 1, level: 5, streak: 3, entries: discovery(count).entries,
            nextCursor: cursor)
    }

    /// An invitation.
    static func invitation(_ state: InvitationView.State = .visitor) -> InvitationView {
        InvitationView(code: "k3m5n7p9", username: "mira", avatarURL: "/api/avatar/abc", state: state)
    }

    /// What invitations have led to.
    static func invitations(_ counted: Int) -> ReferralStanding {
        ReferralStanding(
            code: "k3m5n7p9", counted: counted, waiting: 2, canJoin: false,
            tiers: [
                ReferralTier(key: "connector", needed: 1, xp: 50), ReferralTier(key: "legend", needed: 100, xp: 1_000),
            ])
    }

    /// A list of members.
    static func follows(_ list: Follows.List) -> FollowsView {
        let entries = ["nova", nil].map { name in
            FollowEntry(
                id: UUID(), username: name, avatarSeed: "abc", followers: 3,
                since: Date(timeIntervalSince1970: 1_789_000_000))
        }
        return FollowsView(list: list, entries: entries, nextCursor: "abc")
    }

    /// A member's videos, one in each state.
    static var myVideos: MyVideosView {
        let date = Date(timeIntervalSince1970: 1_789_000_000)
        return MyVideosView(
            videos: GenerationStatus.allCases.map { status in
                VideoView(
                    model: "Kling <1>", prompt: "Ash & \"ember\"", status: status, progress: 40,
                    error: "prompt <too> long",
                    charged: status == .completed ? 21 : 0, cost: "$0.21", posterURL: "/p.webp", cardURL: "/c.webp",
                    url: status == .completed ? "/v.mp4" : nil, smallURL: status == .completed ? "/s.mp4" : nil,
                    seconds: 12.5, generationSeconds: 20.4, createdAt: date)
            }, nextCursor: "abc")
    }

    /// A published video with credentials.
    static var video: VideoPageView {
        var video = myVideos.videos[3]
        video.isPublished = true
        return VideoPageView(
            video: video, creator: "mira", publishedAt: video.createdAt,
            credentials: VideoPageView.CredentialsView(manifest: "urn:c2pa:<1>", generator: "Maker & Co"))
    }

    /// The studio with a model of each sort.
    static var studio: StudioView {
        let facts =
            #"{"durations":[5,10],"standard":5,"qualities":["standard"],"aspects":[],"credits":{},"words":true}"#
        return StudioView(
            models: [nil, "This model is for <members> with premium access."].map { obstacle in
                StudioModel(
                    slug: obstacle == nil ? "local" : "veo-3", name: "Veo <3>", maker: "Google", price: "$0.75/s",
                    record: "74 s · 98 %", obstacle: obstacle, isLocked: obstacle != nil, facts: facts,
                    takesWords: true,
                    takesPicture: false)
            }, balance: 1_264, remainingMs: 384_000,
            spending: MemberSpending(credits: 180, milliseconds: 15_000, capCredits: 500, capMilliseconds: 60_000),
            credits: credits,
            running: myVideos.videos.filter { !$0.status.isFinal },
            history: myVideos.videos.filter(\.status.isFinal), remix: myVideos.videos[3])
    }

    /// Credits with an entry of each kind that a page words by itself.
    static var credits: CreditsView {
        let date = Date(timeIntervalSince1970: 1_789_000_000)
        return CreditsView(
            balance: 1_317, allotment: 1_000, granted: 317, reserved: 60, monthly: 1_000, renewsAt: date,
            entries: [
                .init(at: date, words: "From an admin: A <prize>", amount: 317, balance: 1_317),
                .init(at: date, words: "Reserved for a run", amount: -60, balance: 1_000),
            ], hasMore: true)
    }

    /// A model that can run, or one that lacks a key, a price and runs.
    static let comparisons = ComparisonsView(
        entries: (1...3).map { number in
            ComparisonEntryView(
                id: UUID(), slug: "fog-\(number)", title: "Fog & rain <\(number)>", type: "Text to video",
                isFeatured: number == 1,
                videos: number, votes: number * 1_000, pictureURL: number == 3 ? nil : "/media/videos/p/\(number).webp",
                tags: [TagView(slug: "fog", name: "Fog <1>")])
        }, nextCursor: "more", found: "3 comparisons", tags: [TagView(slug: "fog", name: "Fog <1>", count: 3)])

    static func comparison(_ videos: Int) -> ComparisonView {
        ComparisonView(
            id: UUID(), slug: "fog", title: "Fog & rain", about: videos == 1 ? "" : "Rolls <in>.",
            type: "Text to video",
            prompt: "Fog <over> the tracks", negativePrompt: videos == 1 ? nil : "People", pictureURL: nil, seconds: 8,
            aspectRatio: "16:9", isFeatured: true, publishedAt: Date(timeIntervalSince1970: 1_790_000_000), votes: 12,
            cost: " for $1.20", tags: [TagView(slug: "fog", name: "Fog")],
            videos: (0..<videos).map { number in
                ComparisonView.Video(
                    id: UUID(), model: "Nova <\(number)>", modelSlug: "nova-\(number)", maker: "Acme",
                    generationSeconds: 12.34, cost: "$0.30",
                    width: number == 2 ? 720 : 1_280, height: 720, seconds: 8, bytes: 1_000,
                    url: "/media/videos/x/\(number).mp4", smallURL: "/media/videos/x/\(number)-s.mp4",
                    posterURL: "/media/videos/x/\(number).webp", votes: number,
                    createdAt: Date(timeIntervalSince1970: 1_790_000_000))
            })
    }

    static func favorites(_ part: FavoritesView.Part) -> FavoritesView {
        FavoritesView(part: part, entries: comparisons.entries, nextCursor: "more", isFirst: false)
    }

    static func versus(hasBattles: Bool = true) -> VersusView {
        func side(_ number: Int) -> HeadToHead.Side {
            HeadToHead.Side(
                votes: number, ahead: number, meanMs: 12_000, meanCost: nil, wins: hasBattles ? number : 0)
        }
        return VersusView(
            one: model(), other: model(isReady: false),
            facts: HeadToHead(
                comparisons: hasBattles ? 3 : 0, one: side(9), other: side(1), ties: 0, bothBad: 0), shared: [],
            oneStanding: nil, otherStanding: nil)
    }

    static let comparableModels = [
        ComparableModel(
            slug: "nova-1", name: "Nova <1>", maker: "Acme", provider: "fal.ai", obstacle: nil, takesWords: true,
            takesPicture: false),
        ComparableModel(
            slug: "nova-2", name: "Nova 2", maker: "Acme", provider: "Runway", obstacle: "Its key is missing.",
            takesWords: true, takesPicture: true),
    ]

    static func model(isReady: Bool = true) -> ModelView {
        ModelView(
            slug: isReady ? "nova-1" : "nova-2", modelID: "acme/nova", name: "Nova <1>", description: "Draws & sings.",
            version: isReady ? "1.2" : nil, maker: "Acme", providerName: "fal.ai", category: isReady ? "Premium" : nil,
            capabilities: ["Text to video"], durations: "5, 10 s", qualities: ["standard", "high"],
            aspectRatios: ["9:16"], requirements: "", parameters: [.init(title: "Sound", form: "yes or no")],
            presets: ["Sea"], isPremium: isReady, isDefault: isReady,
            obstacle: isReady ? nil : "fal.ai is not set up here: the setting FAL_KEY is missing.",
            prices: isReady ? [.init(label: "Each second", amount: "$0.10")] : [], isEstimated: true,
            bills: isReady ? [.init(duration: "5 s", cost: "$0.50", credits: [50, 75])] : [],
            completed: isReady ? 4 : 0,
            failed: 1, successRate: isReady ? "80.0 %" : nil, meanTime: isReady ? "25 s" : nil,
            meanCost: isReady ? "$0.1375" : nil)
    }

    /// What a member has done, with a badge of each kind.
    static var memberStats: MemberStats {
        let reachedAt = Date(timeIntervalSince1970: 1_789_000_000)
        return MemberStats(
            username: "mira_okafor", avatarURL: "/api/avatar/a", totalVotes: 4_318, xp: 4_240, votesToday: 92,
            streak: 12, clips: 7, wins: 3, rank: 42, ranked: 3_906,
            badges: [
                Badge(key: "votes_1000", name: "1,000 votes", earnedAt: reachedAt, progress: 1_000, goal: 1_000),
                Badge(key: "streak_30", name: "30-day streak", progress: 12, goal: 30),
                Badge(key: "first_clip", name: "First take", earnedAt: reachedAt, progress: 1, goal: 1),
                Badge(key: "wins_5", name: "Five wins", progress: 3, goal: 5),
                Badge(key: "networker", name: "Networker", progress: 0, goal: 5),
            ])
    }

    /// A member's last votes: for a clip that is shown, and for one that is not.
    static var pastVotes: [PastVote] {
        [true, false].map { isShown in
            PastVote(
                clipID: UUID(), title: "Ash <1>", isShown: isShown, username: isShown ? "nova" : nil,
                avatarURL: "/api/avatar/b", season: 1, slot: 12, casts: 1, weight: isShown ? 10 : 1,
                votedAt: Date(timeIntervalSince1970: 1_789_000_000))
        }
    }

    /// A member's clips, one in each state.
    static var ownClips: OwnClipsView {
        let states: [OwnClipView.State] = [
            .checking, .failed("The file is cut off."), .waiting, .nextSeason, .approved(slot: 26), .live(slot: 25),
            .won(slot: 12, season: 1), .eliminated, .rejected("Fire & smoke"), .withdrawn,
        ]
        return OwnClipsView(
            clips: states.map { state in
                OwnClipView(
                    title: "Ash <1>", facts: "Sci-Fi · 8.0 s", posterURL: state == .checking ? nil : "/p.jpg",
                    previewURL: state == .checking ? "/v.mp4" : nil, state: state, votes: 12, rank: 3, clipsInRound: 10,
                    sentAt: Date(timeIntervalSince1970: 1_789_000_000),
                    isNew: state == .eliminated, canWithdraw: state == .waiting || state == .live(slot: 25))
            }, nextCursor: "abc")
    }

    /// A clip as its page shows it.
    static func clipPage(
        _ state: ClipPageView.State = .live(slot: 31), title: String = "Ash & ember", isOwn: Bool = false
    ) -> ClipPageView {
        let date = Date(timeIntervalSince1970: 1_795_197_600)
        let isLive = if case .live = state { true } else { false }
        let clip = clip(7, title: title)
        return ClipPageView(
            title: title, id: clip.id, clip: clip, description: "Smoke over water.", state: state,
            season: (2, "Last Train to Meridian", 75), roundVotes: isLive ? 1_317 : nil, closedVotes: 88,
            endsAt: isLive ? date : nil,
            rounds: [.init(slot: 30, rank: 2, clips: 14, votes: 88, score: 91, isWon: false, closedAt: date)],
            listedAt: date, width: 1080, height: 1920, isOwn: isOwn, origin: (model: "Kling <1>", madeAt: date))
    }

    /// Some clips that a search has found.
    static func discovery(_ count: Int = 6, cursor: String? = "abc") -> DiscoverView {
        let states: [ClipPageView.State] = [.live(slot: 31), .approved(slot: 32), .won(slot: 4), .eliminated]
        return DiscoverView(
            entries: (0..<count).map { .init(clip: clip($0), state: states[$0 % 4], votes: $0 % 4 == 1 ? nil : 12) },
            nextCursor: cursor, genres: [("Sci-Fi", 1_204), ("Horror", 0)])
    }

    static func site() throws -> Site {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let assets = try Assets(webDirectory: package.appending(path: "web").path)
        return Site(name: "Dailies", url: "https://dailies.example/", assets: assets)
    }

    static func clip(_ number: Int, title: String? = nil) -> ClipView {
        ClipView(
            id: UUID(), title: title ?? "Take \(number)", username: "maker_\(number % 7)",
            avatarURL: "/api/avatar/seed\(number % 7)",
            genre: "Sci-Fi", isAIGenerated: number.isMultiple(of: 2), videoURL: "/media/clips/\(number).mp4",
            posterURL: "/media/clips/\(number).webp", thumbnailURL: "/media/clips/\(number)-96.webp",
            cardURL: "/media/clips/\(number)-240.webp", shareURL: "/media/clips/\(number)-share.jpg",
            blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj", durationSeconds: 8, votes: 400 - number)
    }

    static func season(
        _ number: Int, status: SeasonView.Status, slots: Int, cut: Int, round: RoundView.State? = nil
    ) -> SeasonView {
        SeasonView(
            id: UUID(), number: number, label: number == 2 ? "Last Train to Meridian" : "Undertow",
            description: "A night & its trains.",
            genre: number == 2 ? "Sci-Fi" : "Thriller", status: status, totalSlots: slots,
            segments: (0..<cut).map { SegmentView(slot: $0 + 1, clip: clip($0 + 1)) },
            round: round.map { state in
                RoundView(
                    slot: cut + 1, state: state,
                    endsAt: state == .voting ? Date(timeIntervalSince1970: 1_795_197_600) : nil,
                    clips: state == .voting ? 14 : 0, votes: state == .voting ? 1_317 : 0, length: 86_400)
            },
            finishedAt: status == .finished ? Date(timeIntervalSince1970: 1_789_000_000) : nil)
    }

    static func round(_ status: String) -> RoundResultView {
        let isClosed = status == "locked"
        let date = Date(timeIntervalSince1970: 1_795_197_600)
        return RoundResultView(
            seasonNumber: 2, seasonLabel: "Last Train to Meridian", totalSlots: 75, slot: 7, status: status,
            openedAt: date, closedAt: isClosed ? date : nil, endsAt: status == "voting" ? date : nil,
            places: isClosed
                ? (1...5).map {
                    RoundResultView.Place(
                        rank: $0, clip: clip($0), score: 500 - $0, views: 900, isInFilm: $0 == 1)
                } : [],
            winner: isClosed ? clip(1) : nil,
            interventions: isClosed
                ? [.init(kind: "votes_voided", isByAdmin: true, reason: "They were <bought>", votes: 2, at: date)] : [],
            export: isClosed ? .init(hash: String(repeating: "ab", count: 32), number: 9, corrections: 1) : nil)
    }

    /// A finished film of four slots, the last of which is a title card.
    static func watched(hasFile: Bool = true) -> WatchView {
        WatchView(
            film: LibraryView(
                number: 1, label: "Undertow", genre: "Thriller", coverURL: "/media/clips/1.webp", clips: 4, seconds: 32),
            description: "A night & its trains.", finishedAt: Date(timeIntervalSince1970: 1_795_197_600),
            aspect: "9:16",
            file: hasFile
                ? .init(
                    videoURL: "/media/films/s/v-film.mp4", streamURL: "/media/films/s/v-stream.m3u8",
                    posterURL: "/media/films/s/v-poster.webp", storyboardURL: "/media/films/s/v-storyboard.vtt",
                    bytes: 12_345_678, width: 1_080, height: 1_920) : nil,
            progress: hasFile ? nil : 0.4,
            segments: (1...4).map { slot in
                .init(
                    slot: slot, startsAt: Double(slot - 1) * 8, seconds: 8, isCard: slot == 4,
                    title: slot == 4 ? "Removed take" : "Take \(slot)", creator: slot == 4 ? "" : "maker_\(slot)",
                    videoURL: slot == 4 ? nil : "/media/clips/\(slot).mp4",
                    posterURL: slot == 4 ? "" : "/media/clips/\(slot).webp",
                    thumbnailURL: slot == 4 ? "" : "/media/clips/\(slot)-96.webp")
            })
    }

    /// Places with every trend; two of them share one.
    static func ranks(_ board: RankBoard, _ period: RankPeriod, isFirst: Bool = true) -> RanksView {
        RanksView(
            board: board, period: period,
            entries: (1...8).map { number in
                RankEntryView(
                    place: RankPlace(
                        rank: number == 5 ? 4 : number, votes: 1_400 - 100 * (number == 5 ? 4 : number),
                        previousRank: number == 2 ? nil : number * 7 % 8, isCompared: period != .all),
                    clip: board == .clips
                        ? RankedClipView(
                            id: "00000000-0000-4000-8000-00000000000\(number)", title: "Ash <\(number)>",
                            genre: "Sci-Fi", posterURL: "/p.jpg", thumbnailURL: "/t.jpg") : nil,
                    name: "maker_\(number)", avatarURL: "/api/avatar/\(number)",
                    level: board == .clips ? nil : number, streak: board == .clips ? nil : 8 - number)
            }, nextCursor: "abc", isFirst: isFirst, total: 1_300, hidesRound: period == .week)
    }

    static func figures(hasRound: Bool) -> SiteFigures {
        let date = Date(timeIntervalSince1970: 1_795_197_600)
        return SiteFigures(
            seasons: ["active": 1], clips: ["active": 14, "pending": 3], clipsToReview: 2, clipsInCheck: 1,
            openReports: 3, newMessages: 4, members: 1_317, bannedMembers: 2, videos: ["processing": 5],
            comparisons: ["public": 3, "private": 1],
            recentComparisons: hasRound
                ? [
                    SiteFigures.Comparison(
                        id: UUID(), title: "Storm <1>", videos: 5, completed: 3, failed: 1, isPublic: true,
                        createdAt: date)
                ] : [],
            activeModels: 31, jobs: ["queued": 7],
            round: hasRound
                ? SiteFigures.Round(
                    season: RoundSeason(id: UUID(), number: 2, label: "Last <Train>", totalSlots: 75), slot: 31,
                    status: .voting, votingEndsAt: date, clips: 14, votes: 1_317) : nil,
            countedAt: date)
    }

    /// Two groups, a tier of two, a model without a rank, and names that must be escaped.
    static var ratings: RatingsView {
        func model(_ number: Int, tier: Int?, best: Int? = nil, worst: Int? = nil) -> RatedBoard.Model {
            RatedBoard.Model(
                slug: "model-\(number)", name: "Model <\(number)>", maker: "A & B", rating: 1_100 - Double(number) * 40,
                error: 10, interval: 20, battles: 100, wins: 40, losses: 40, ties: 15, bothBad: 5, tier: tier,
                bestRank: best, worstRank: worst)
        }
        let models = [
            model(1, tier: 0, best: 1, worst: 2), model(2, tier: 0, best: 1, worst: 2),
            model(3, tier: 1, best: 3, worst: 3), model(4, tier: nil),
        ]
        return RatingsView(
            board: RatedBoard(
                battles: 2_508, lastBattle: 2_508, confidence: 0.95, minimumBattles: 60, decided: 2_000,
                leftWins: 1_012,
                leftLow: 0.486, leftHigh: 0.526,
                groups: [
                    RatedBoard.Group(battles: 2_408, isSeparated: false, models: models),
                    RatedBoard.Group(
                        battles: 100, isSeparated: true,
                        models: [model(5, tier: 0, best: 1, worst: 1), model(6, tier: 1, best: 2, worst: 2)]),
                ]), computedAt: Date(timeIntervalSince1970: 1_789_000_000),
            tags: [RatedTag(slug: "night", name: "Night & <fog>", battles: 100)])
    }

    /// Twelve models, of which one has no figures beside its name, and names that must be escaped.
    static var analytics: AnalyticsView {
        let models = (1...12).map { number -> ModelFigures in
            var figures = Figures()
            if number < 12 {
                (figures.completed, figures.failed, figures.timed) = (41 * number, number, 41 * number)
                (figures.tookMs, figures.tookMsSquared) = (60_000 * 41 * number, 3_700_000_000 * 41 * Double(number))
                (figures.videoMs, figures.pricedMs) = (205_000 * number, 205_000 * number)
                figures.cost = Money(tenThousandths: Int64(15_000 * number))
                (figures.compared, figures.comparedVotes, figures.comparedVotesSquared) = (8, 21 * number, 9_000)
                (figures.comparedCost, figures.votes, figures.wins) = (Money(tenThousandths: 9_000), 21 * number, 3)
                figures.lost = Money(tenThousandths: 100)
            }
            let rating = number < 4 ? ratings.board?.groups[0].models[number - 1] : nil
            return ModelFigures(
                slug: "model-\(number)", name: "Model <\(number)>", maker: "A & B", figures: figures, rating: rating)
        }
        var before = Figures()
        (before.completed, before.votes, before.timed, before.tookMs) = (2_000, 2_000, 10, 700_000)
        return AnalyticsView(
            report: AnalyticsReport(
                firstDay: "2026-11-01", lastDay: "2026-11-30", countedAt: Date(timeIntervalSince1970: 1_789_000_000),
                models: models, previous: before,
                trend: (1...30).map { day in
                    TrendPoint(
                        day: "2026-11-" + (day < 10 ? "0" : "") + "\(day)",
                        completedByModel: ["model-11": day, "model-10": 3, "model-1": 2])
                }))
    }

    /// A pair whose prompt holds what must be escaped.
    static var battle: BattleView {
        let side = BattleView.Side(
            url: "/media/battles/\(UUID().uuidString.lowercased()).mp4", width: 1280, height: 720)
        return BattleView(
            pair: .init(id: UUID(), prompt: "A <lighthouse> & a storm", left: side, right: side, battles: 17))
    }

    static func poll(isOpen: Bool) -> GenrePoll {
        GenrePoll(
            isOpen: isOpen, runningSeason: isOpen ? nil : "Last <Train>", votes: [7, 3, 0, 12, 1, 0, 2],
            mine: isOpen ? .sciFi : nil)
    }

    static func film(round: RoundView.State? = .voting, clips: Int = 6) -> FilmView {
        FilmView(
            seasons: [
                season(2, status: .active, slots: 75, cut: 30, round: round),
                season(1, status: .finished, slots: 75, cut: 75),
            ],
            clips: (0..<clips).map { clip(100 + $0) }, creators: 412)
    }
}

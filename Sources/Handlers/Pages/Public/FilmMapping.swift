public import Catalog
public import Film
internal import FoundationEssentials
public import Games
public import Generation
public import HTTP
internal import Refusals

extension Pages {
    /// The pages of a site whose film is read from `stories`; `needsAccountToVote` says whether only members may vote.
    public init(
        site: Site, stories: Stories, films: Films, needsAccountToVote: @escaping @Sendable () throws -> Bool,
        reference: APIReference,
        account: @escaping @Sendable (Context) throws -> AccountView?,
        clips: Clips, games: Games, ranks: Ranks, genres: GenreVotes, dashboard: Dashboard,
        moderation: Moderation, catalog: Catalog, terms: @escaping @Sendable (Int?) throws -> TermsView?,
        studio: @escaping @Sendable (Context) throws -> StudioView,
        generations: Generations, arena: ArenaSources, people: PeopleSources,
        ratings: @escaping @Sendable (Context) throws -> RatingsView,
        ownRatings: @escaping @Sendable (Context) throws -> RatingsView,
        battle: @escaping @Sendable (Context) throws -> BattleView,
        analytics: @escaping @Sendable (Query) throws -> AnalyticsView,
        notices: NoticeSources,
        formToken: @escaping @Sendable (Context) -> FormToken
    ) {
        self.init(
            site: site, reference: reference,
            round: { season, slot in
                do throws(FilmError) {
                    return RoundResultView(try stories.round(season: season, slot: slot))
                } catch let error where error.refusal?.kind == .notFound {
                    return nil
                }
            },
            library: { try films.library().map(LibraryView.init) },
            watch: { season in
                do throws(FilmError) {
                    return WatchView(try films.film(season: season))
                } catch let error where error.refusal?.kind == .notFound {
                    return nil
                }
            }, account: account,
            ownClips: { context in try OwnClipsView(clips, context) },
            stats: { context in
                guard let stats = try games.stats(of: try context.member().id) else { throw Problem.unauthenticated }
                return stats
            },
            history: { context in try games.history(of: try context.member().id) },
            ranks: { context in try RanksView(ranks, context) },
            genres: { context in try genres.poll(for: context.caller.member?.id) },
            figures: { context in try dashboard.figures(for: try context.member().id) },
            clip: { id, member in try ClipPageView(clips, id, for: member) },
            discover: { query in try DiscoverView(clips, query) },
            winners: { try stories.latestWinners(FeedEntry.most).compactMap(FeedEntry.init) },
            listings: ListingSource(counted: { try clips.countListed() }, ids: { try clips.listed(in: $0) }),
            formToken: formToken, terms: terms,
            reported: { target in try target.thing(in: moderation) },
            decisions: { context in try DecisionsView(moderation, context) }, studio: studio,
            myVideos: { context in try MyVideosView(generations, context) },
            video: { id in try generations.published(id).map(VideoPageView.init) },
            ratings: ratings, ownRatings: ownRatings, battle: battle, analytics: analytics,
            models: { try catalog.active().map { ModelView($0, in: catalog) } },
            model: { slug in
                try catalog.find(slug: slug).map {
                    ModelView(
                        $0, in: catalog, presets: try catalog.presets(of: $0.id),
                        expectations: try catalog.expectations(of: $0.id))
                }
            },
            arena: arena, notices: notices, people: people
        ) {
            let overview = try stories.overview()
            // Ids are random, so that the order favours no clip and is the same for everybody.
            let clips = overview.openClips.sorted { $0.clip.id.uuidString < $1.clip.id.uuidString }
            return FilmView(
                seasons: overview.seasons.map(SeasonView.init),
                clips: clips.compactMap { ClipView($0.clip, votes: $0.voteCount) },
                creators: overview.creators, needsAccountToVote: try needsAccountToVote())
        }
    }
}

extension LibraryView {
    fileprivate init(_ film: LibraryFilm) {
        self.init(
            number: film.number, label: film.label, genre: film.genre, coverURL: film.coverURL,
            shareURL: film.shareURL, clips: film.clips, seconds: film.durationSeconds)
    }
}

extension WatchView {
    fileprivate init(_ watched: FinishedFilm) {
        self.init(
            film: LibraryView(watched.film), description: watched.film.description,
            finishedAt: watched.film.finishedAt ?? Date(timeIntervalSince1970: 0),
            aspect: watched.film.aspect.rawValue,
            file: watched.file.map { file in
                File(
                    videoURL: file.videoURL, streamURL: file.streamURL, posterURL: file.posterURL,
                    storyboardURL: file.storyboardURL, captionsURL: file.captionsURL, bytes: file.bytes,
                    width: file.width, height: file.height)
            }, progress: watched.build?.progress, segments: watched.segments.map(Segment.init))
    }
}

extension WatchView.Segment {
    fileprivate init(_ segment: FilmSegment) {
        let clip = segment.clip
        self.init(
            slot: segment.slot, startsAt: segment.startsAt, seconds: segment.durationSeconds,
            isCard: segment.card != nil, title: clip?.title ?? "Removed take",
            creator: clip.map { $0.username ?? "former member" } ?? "", videoURL: clip?.videoURL,
            posterURL: clip?.posterURL ?? "", thumbnailURL: clip?.thumbnailURL ?? clip?.posterURL ?? "",
            shareURL: clip?.shareURL)
    }
}

extension RoundResultView {
    fileprivate init(_ round: RoundResult) {
        self.init(
            seasonNumber: round.season.number, seasonLabel: round.season.label, totalSlots: round.season.totalSlots,
            slot: round.slot, status: round.status.rawValue, openedAt: round.openedAt, closedAt: round.closedAt,
            endsAt: round.votingEndsAt,
            places: round.results.map { place in
                let shown = ClipView(place.clip, votes: place.voteCount)
                return Place(
                    rank: place.rank, clip: shown ?? ClipView(removed: place.clip, votes: place.voteCount),
                    score: place.weightedScore, views: place.viewCount, isInFilm: place.won, isRemoved: shown == nil)
            },
            winner: round.winner.flatMap { ClipView($0, votes: 0) },
            interventions: round.interventions.map { done in
                Intervention(
                    kind: done.kind, isByAdmin: done.byAdmin, reason: done.reason, votes: done.votes, at: done.at)
            },
            export: round.export.map { Export(hash: $0.hash, number: $0.number, corrections: $0.corrections) })
    }
}

extension SeasonView {
    fileprivate init(_ season: StorySeason) {
        self.init(
            id: season.id, number: season.number, label: season.label, description: season.description,
            genre: season.genre, status: Status(season.status), totalSlots: season.totalSlots,
            segments: season.slots.compactMap { slot in
                guard let winner = slot.winner, let clip = ClipView(winner.clip, votes: winner.voteCount) else {
                    return nil
                }
                return SegmentView(slot: slot.position, clip: clip)
            },
            round: season.round.flatMap(RoundView.init), finishedAt: season.finishedAt)
    }
}

extension SeasonView.Status {
    fileprivate init(_ status: SeasonStatus) {
        self =
            switch status {
            case .draft: .draft
            case .active: .active
            case .finished: .finished
            case .archived: .archived
            }
    }
}

extension RoundView {
    fileprivate init?(_ round: StoryRound) {
        guard let state = State(rawValue: round.status.rawValue) else { return nil }
        let length = round.votingStartedAt.flatMap { start in
            round.votingEndsAt.map { Int($0.timeIntervalSince(start).rounded()) }
        }
        self.init(
            slot: round.slot, state: state, endsAt: state == .voting ? round.votingEndsAt : nil, clips: round.clips,
            votes: round.votes, length: length)
    }
}

extension ClipView {
    /// A clip whose file is not ready is not shown.
    init?(_ clip: ClipCard, votes: Int?) {
        guard let videoURL = clip.videoURL, let posterURL = clip.posterURL else { return nil }
        self.init(
            id: clip.id, title: clip.title, username: clip.username, avatarURL: clip.avatarURL, genre: clip.genre,
            isAIGenerated: clip.aiGenerated, videoURL: videoURL, posterURL: posterURL,
            thumbnailURL: clip.thumbnailURL ?? posterURL, cardURL: clip.cardURL, shareURL: clip.shareURL,
            blurhash: clip.blurhash, durationSeconds: clip.durationSeconds ?? 0, captionsURL: clip.captionsURL,
            votes: votes ?? 0,
            width: clip.width ?? 1080, height: clip.height ?? 1920)
    }

    /// The place of a clip without its files.
    fileprivate init(removed clip: ClipCard, votes: Int) {
        self.init(
            id: clip.id, title: clip.title, username: clip.username, avatarURL: clip.avatarURL, genre: clip.genre,
            isAIGenerated: clip.aiGenerated, videoURL: "", posterURL: "", thumbnailURL: "", blurhash: nil,
            durationSeconds: clip.durationSeconds ?? 0, votes: votes)
    }
}

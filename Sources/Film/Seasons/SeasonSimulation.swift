public import FoundationEssentials
public import Postgres
internal import Storage

/// A whole season in simulated time on a real database: members send in clips, voters watch and vote, rounds close, and the
/// film is complete at the end. Every step is a call that a site makes too; only the clock, the files and the people are made
/// up. The same seed gives the same season.
///
/// The database must have been made for this and be migrated: its clock stops.
public struct SeasonSimulation: Sendable {
    /// What is simulated.
    public struct Options: Sendable {
        /// Slots of the season.
        public var slots = 75
        /// Clips that are sent in; half of them before the first round.
        public var clips = 110
        /// People who vote in the course of the season.
        public var voters = 10_000
        /// How many votes each of them casts on average.
        public var votesPerVoter = 20
        /// How long a round is open.
        public var roundSeconds = 86_400
        /// One round in so many is disturbed by a ring of bots.
        public var ringEvery = 12
        /// Where chance begins.
        public var seed: UInt64 = 1

        /// The season that spec and documentation speak of.
        public init() {}
    }

    /// How the season went.
    public struct Outcome: Sendable {
        /// The winner of a slot.
        public struct Winner: Sendable, Equatable {
            /// The slot.
            public let slot: Int
            /// The winner's title.
            public let title: String
            /// Its votes.
            public let votes: Int
            /// Their weight.
            public let score: Int
            /// How many clips competed.
            public let clips: Int
        }

        /// The season.
        public let season: UUID
        /// Its status at the end.
        public let status: SeasonStatus
        /// The winners in the film's order.
        public let winners: [Winner]
        /// How many votes were cast, and how many of them taken back.
        public let cast, undone: Int
        /// How many votes were refused.
        public let refused: Int
        /// How many views were counted.
        public let views: Int
        /// How many rounds went under review, were extended, and waited for clips.
        public let reviews, extensions, waits: Int
        /// How many days have passed for the people.
        public let days: Double
        /// The counters that are not the sums; none on a sound site.
        public let drift: Int
        /// Why the season's slots are not in order; nil when they are.
        public let disorder: String?

        /// Whether the film is complete and everything adds up.
        public var isSound: Bool { status == .finished && drift == 0 && disorder == nil }
    }

    /// How a step is done: as one host does it, unless a test has other plans.
    struct Machinery: Sendable {
        var cast: @Sendable ([Ballot]) throws -> [JudgedVote]
        var advance: @Sendable () throws -> [RoundEvent]
    }

    private let database: Database
    private let options: Options
    private let machinery: Machinery

    /// A simulation in a database that was made for it, reached as its owner.
    public init(database: Database, options: Options) {
        let votes = VoteBatch(database: database, dailyVotes: 200)
        self.init(
            database: database, options: options,
            machinery: Machinery(
                cast: { try votes.judgeCasts($0) }, advance: { try Rounds(database: database).advance() }))
    }

    init(database: Database, options: Options, machinery: Machinery) {
        self.database = database
        self.options = options
        self.machinery = machinery
    }

    /// Runs the season to its end. `progress` gets a line for each tenth round.
    public func run(progress: (String) -> Void = { _ in }) throws -> Outcome {
        var run = try SeasonRun(database: database, options: options, machinery: machinery)
        return try run.run(progress: progress)
    }
}

/// The state of a simulation.
private struct SeasonRun {
    /// In how many parts of a round people come.
    private static let parts = 4
    private static let batch = 256

    private let database: Database
    private let options: SeasonSimulation.Options
    private let machinery: SeasonSimulation.Machinery
    private let season: UUID
    private let creators: [UUID]
    /// Keys of voters; each fifth is a member.
    private let voters: [String]
    private var random: QuickRandom
    /// What people see in a clip: how likely it is that they vote for it.
    private var appeal: [UUID: Int] = [:]
    private var sentIn = 0
    private var cast = 0, undone = 0, refused = 0, views = 0, reviews = 0, extensions = 0, waits = 0

    init(
        database: Database, options: SeasonSimulation.Options, machinery: SeasonSimulation.Machinery
    ) throws {
        self.database = database
        self.options = options
        self.machinery = machinery
        random = QuickRandom(seed: options.seed)
        try Self.stopClock(of: database)
        creators = try database.query(
            """
            insert into users (username)
            select 'creator_' || number from generate_series(1, \(max(2, options.clips / 2))::int) number
            returning id
            """)
        let members: [UUID] = try database.query(
            """
            insert into users (username)
            select 'voter_' || number from generate_series(1, \(options.voters / 5)::int) number
            returning id
            """)
        voters = (0..<options.voters).map { number in
            number % 5 == 0 && number / 5 < members.count
                ? "user_" + members[number / 5].uuidString.lowercased() : Self.device(number)
        }
        var settings = SeasonSettings(label: "Simulated season")
        settings.totalSlots = options.slots
        settings.roundSeconds = options.roundSeconds
        settings.maxActiveClipsPerMember = options.clips
        season = try Seasons(database: database).create(settings, by: nil).id
    }

    /// The time of a simulation passes only when it says so, so that the speed of the machine changes nothing.
    private static func stopClock(of database: Database) throws {
        try database.withConnection { connection in
            try connection.script(
                """
                create table simulated_clock (moment timestamptz not null);
                insert into simulated_clock (moment) values (date_trunc('day', now()) + interval '1 day');
                grant select on simulated_clock to public;
                create or replace function dailies_now()
                returns timestamptz
                language sql
                stable
                as $$ select moment from public.simulated_clock $$;
                """)
        }
    }

    // -- The season

    mutating func run(progress: (String) -> Void) throws -> SeasonSimulation.Outcome {
        let began: Date = try database.one("select dailies_now()")
        for _ in 0..<max(1, options.clips / 2) { try sendIn() }
        try Seasons(database: database).activate(season, by: nil)
        var state = try Seasons(database: database).season(season)
        var round = 0
        // Rounds that are extended or reviewed take longer, but never so many more.
        while state.status == .active, round < options.slots * 6 {
            round += 1
            switch state.currentSlotStatus {
            case .voting?: try vote(in: state, round: round)
            case .underReview?: try review(state)
            default:
                waits += 1
                try pass(seconds: options.roundSeconds / 4)
                try sendIn()
            }
            state = try Seasons(database: database).season(season)
            if round.isMultiple(of: 10) { progress("\(state.lockedSlots) of \(options.slots) slots are locked") }
        }
        return try outcome(state, since: began)
    }

    private mutating func vote(in state: Season, round: Int) throws {
        guard let slot = state.currentSlot, let ends = state.votingEndsAt else { return }
        let now: Date = try database.one("select dailies_now()")
        let left = max(0, Int(ends.timeIntervalSince(now)))
        let toCome = max(0, options.clips - sentIn)
        let arrivals = min(toCome, max(1, toCome / max(1, options.slots - slot + 1)))
        for part in 0..<Self.parts {
            try pass(seconds: left / (Self.parts + 1))
            if part == 1 { for _ in 0..<arrivals { try sendIn() } }
            let clips: [UUID] = try database.query(
                """
                select id
                from tournament_clips
                where season_id = \(season) and slot_position = \(slot)::int and status = 'active'
                order by created_at, id
                """)
            guard !clips.isEmpty else { continue }
            try voters(in: part, slot: slot, for: clips)
            if part == 2, options.ringEvery > 0, round.isMultiple(of: options.ringEvery) {
                try ring(round, for: clips)
            }
        }
        try database.execute("update simulated_clock set moment = greatest(moment, \(ends))")
        for event in try machinery.advance() {
            if event.name == "round_under_review" { reviews += 1 }
            if event.name == "round_extended" { extensions += 1 }
        }
    }

    /// Some of the voters come, look at a few clips and vote for up to three of them.
    private mutating func voters(in part: Int, slot: Int, for clips: [UUID]) throws {
        let each = 3
        let turns = options.slots * Self.parts * each
        // What does not divide is spread over the parts by chance.
        let wanted = options.voters * options.votesPerVoter
        var count = wanted / turns
        if Int.random(in: 0..<turns, using: &random) < wanted % turns { count += 1 }
        count = min(count, voters.count)
        let weights = clips.map { appeal[$0] ?? 1 }
        let total = weights.reduce(0, +)
        // No voter comes twice in one part, so they are neighbours from a random place on.
        let first = Int.random(in: 0..<voters.count, using: &random)
        var ballots: [Ballot] = []
        var seen = ViewBatch()
        for step in 0..<count {
            let number = (first + step) % voters.count
            var chosen: [UUID] = []
            for _ in 0..<each {
                var draw = Int.random(in: 0..<total, using: &random)
                let place =
                    weights.firstIndex { weight in
                        draw -= weight; return draw < 0
                    } ?? 0
                if !chosen.contains(clips[place]) { chosen.append(clips[place]) }
            }
            for clip in chosen {
                ballots.append(ballot(voters[number], number, clip))
                seen.append(clip)
            }
            seen.endAnswer(to: voters[number], clips: chosen.count)
        }
        for part in seen.parts(of: 2_000) {
            views += try database.one(
                """
                select record_views(\(season), \(Int32(slot)), \(part.voters), \(part.counts), \(part.clips))
                """)
        }
        try castAll(ballots)
        // One in fifty changes their mind.
        let regretted = ballots.filter { _ in Int.random(in: 0..<50, using: &random) == 0 }
        for start in stride(from: 0, to: regretted.count, by: Self.batch) {
            let batch = Array(regretted[start..<min(start + Self.batch, regretted.count)])
            undone += try VoteBatch(database: database, dailyVotes: 200).judgeUndoes(batch)
                .count { if case .success = $0.outcome { true } else { false } }
        }
    }

    /// A ring of bots without a browser's headers pushes the last clip.
    private mutating func ring(_ round: Int, for clips: [UUID]) throws {
        guard let clip = clips.last else { return }
        let size = max(10, options.voters * options.votesPerVoter / options.slots / 20)
        try castAll(
            (0..<size).map { number in
                var ballot = ballot(Self.device(1_000_000 + round * 10_000 + number), 1_000_000 + number, clip)
                ballot.signals = [.missingHeaders]
                return ballot
            })
    }

    private mutating func castAll(_ ballots: [Ballot]) throws {
        for start in stride(from: 0, to: ballots.count, by: Self.batch) {
            let batch = Array(ballots[start..<min(start + Self.batch, ballots.count)])
            for vote in try machinery.cast(batch) {
                if case .success = vote.outcome { cast += 1 } else { refused += 1 }
            }
        }
    }

    private mutating func review(_ state: Season) throws {
        guard let slot = state.currentSlot else { return }
        try pass(seconds: 3_600)
        try Rounds(database: database).review(
            season: season, slot: slot, keepsFlagged: Bool.random(using: &random), reason: "Looked at", by: nil)
    }

    /// A member sends in a clip, its file is checked, and an admin approves it.
    private mutating func sendIn() throws {
        sentIn += 1
        // The earlier of two clips wins a tie.
        try database.execute("update simulated_clock set moment = moment + interval '1 second'")
        let creator = creators[Int.random(in: 0..<creators.count, using: &random)]
        let genre = ClipGenre.all[Int.random(in: 0..<ClipGenre.all.count, using: &random)]
        let title = "Clip \(sentIn)"
        let clip = try database.transaction { connection in
            let upload = try Uploads.begin(
                member: creator, fileName: "take.mp4", contentType: "video/mp4", plan: UploadPlan(size: 5_000_000),
                on: connection)
            let clip = try Clips.register(
                ClipRegistration(
                    uploadID: upload.id, memberID: creator, title: title, genre: genre, aiGenerated: true),
                on: connection)
            let key = "clips/\(clip.uuidString.lowercased())/take"
            try Clips.finishProcessing(
                clip,
                as: ProcessedClip(
                    originalKey: key + ".mov", videoKey: key + ".mp4", posterKey: key + ".webp",
                    blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj", width: 1080, height: 1920, durationMilliseconds: 8_000,
                    perceptualHash: Int64(sentIn) &* 0x9E37_79B9), on: connection)
            return clip
        }
        _ = try Clips(database: database, address: { $0 }).approve([clip], by: nil)
        // A few clips please many, most please some.
        let luck = Int.random(in: 1...100, using: &random)
        appeal[clip] = 20 + luck * luck / 40
    }

    private func pass(seconds: Int) throws {
        try database.execute(
            "update simulated_clock set moment = moment + make_interval(secs => \(max(1, seconds))::int)")
    }

    // -- People

    private func ballot(_ voter: String, _ number: Int, _ clip: UUID) -> Ballot {
        let device = voter.hasPrefix("device_") ? voter : Self.device(number)
        return Ballot(voterKey: voter, clipID: clip, deviceKey: device, network: Self.hex(5_000_000 + number))
    }

    private static func device(_ number: Int) -> String { "device_" + hex(number) }

    private static func hex(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    // -- The end

    private func outcome(_ state: Season, since began: Date) throws -> SeasonSimulation.Outcome {
        let rows: [Row] = try database.query(
            """
            select slots.position, clips.title, clips.vote_count, clips.weighted_score,
                (
                    select count(*)::int
                    from slot_results results
                    where results.season_id = slots.season_id and results.slot_position = slots.position
                        and results.superseded_at is null
                ) as clips
            from story_slots slots
            join tournament_clips clips on clips.id = slots.winner_clip_id
            where slots.season_id = \(season)
            order by slots.position
            """)
        let ended: Date = try database.one("select dailies_now()")
        return SeasonSimulation.Outcome(
            season: season, status: state.status,
            winners: try rows.map { row in
                SeasonSimulation.Outcome.Winner(
                    slot: try row.value("position"), title: try row.value("title"), votes: try row.value("vote_count"),
                    score: try row.value("weighted_score"), clips: try row.value("clips"))
            },
            cast: cast, undone: undone, refused: refused, views: views, reviews: reviews, extensions: extensions,
            waits: waits, days: ended.timeIntervalSince(began) / 86_400,
            drift: try Counters(database: database).verify().count,
            disorder: try database.one("select season_disorder(\(season))"))
    }
}

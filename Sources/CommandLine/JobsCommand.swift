internal import Arguments
internal import Catalog
internal import Configuration
internal import FoundationEssentials
internal import Generation
internal import HTTP
internal import Postgres
internal import StudioHandlers
internal import Text

/// `dailies jobs list | show | retry | cancel | redrive | pause | resume | reorder | settle`
enum JobsCommand {
    static let command = Command(
        "jobs", "show the queue, and act on its jobs",
        details: """
            Shows the queue and acts on its jobs. A job is named by its number, a video by its id. Each act is in the audit \
            log. A pause holds until it is resumed, also after restarts.
            """,
        commands: [
            Command(
                "list", "list jobs from the newest",
                details:
                    "Lists jobs from the newest, a video in place of its steps. Without a filter, upkeep that has ended is left out.",
                List.self, run: list),
            Command("show", "show one job with every attempt", One.self, run: show),
            Command("retry", "run dead letters again", Several.self) { try redrive($0.ids, at: nil, $0) },
            Command("cancel", "cancel jobs", Several.self, run: cancel),
            Command(
                "redrive", "run dead letters again by filter, or videos at another provider",
                details: """
                    Puts back the dead letters that the ids or the filter name, \(JobOperation.batchLimit) at once. With \
                    --to, videos run at the equal model of another provider, unless it costs more than the member agreed to.
                    """, Redrive.self, run: redriveSome),
            Command(
                "pause", "claim no more jobs of a queue or a kind, or send a provider nothing more",
                details: """
                    Pauses a queue or a kind of job (SCOPE NAME), or one provider (--provider). What runs ends as usual. \
                    What waits stays where it is, and `dailies jobs list` says what it waits for.
                    """, Pause.self, run: pause),
            Command("resume", "claim jobs of what is paused again", Lane.self, run: resume),
            Command("reorder", "move waiting jobs within their queue", Reorder.self, run: reorder),
            Command(
                "settle", "say what became of an uncertain video at its provider",
                details: """
                    Ends the doubt about a video whose submission had no answer. With --request it was made under that id \
                    of the provider, and its course continues. With --never-made it fails, and credits and seconds go back.
                    """, Settle.self, run: settle),
        ])

    struct List: ReadsSettings, PrintsJSON {
        let state = Option.jobState
        let kind = Option.jobKind
        let provider = Option.jobProvider
        let group = Option.jobGroup
        let limit = Option("--limit", "N", .number(1...100), default: 50, "how many to list")
        let cursor = Option(optional: "--cursor", "CURSOR", .text, "where the list before ended")
        let config = Option.config
        let json = Flag.json
    }

    struct One: ReadsSettings, PrintsJSON {
        let id = Operand("ID", .job, "the number of the job, or the id of the video")
        let config = Option.config
        let json = Flag.json
    }

    struct Several: ReadsSettings, PrintsJSON {
        let ids = Operand(repeated: "ID", .job, "numbers of jobs, or ids of videos")
        let config = Option.config
        let json = Flag.json

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if values.ids.isEmpty { throw UsageFault("ID is required") }
        }
    }

    struct Redrive: ReadsSettings, PrintsJSON {
        let ids = Operand(repeated: "ID", .job, "numbers of jobs, or ids of videos")
        let all = Flag("--all", "every dead letter that the filter finds")
        let state = Option.jobState
        let kind = Option.jobKind
        let provider = Option.jobProvider
        let group = Option.jobGroup
        let to = Option(optional: "--to", "PROVIDER", .text, "run videos at this provider")
        let config = Option.config
        let json = Flag.json

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if values.ids.isEmpty != values.all { throw UsageFault("either ID or --all is required") }
            let isFiltered =
                values.state != nil || values.kind != nil || values.provider != nil || values.group != nil
            if isFiltered, !values.all { throw UsageFault("a filter needs --all") }
        }
    }

    struct Lane: NamesLane {
        let lane = Operand(repeated: "SCOPE NAME", .text, JobsCommand.laneMeaning)
        let provider = Option.pausedProvider
        let config = Option.config
        let json = Flag.json
    }

    struct Pause: NamesLane {
        let lane = Operand(repeated: "SCOPE NAME", .text, JobsCommand.laneMeaning)
        let provider = Option.pausedProvider
        let reason = Option(optional: "--reason", "TEXT", .text, "why, for the admins")
        let config = Option.config
        let json = Flag.json
    }

    private static let laneMeaning =
        "queue or kind, and the name of the queue or of the kind; the kind generation begins videos"

    struct Reorder: ReadsSettings, PrintsJSON {
        let place = Operand("PLACE", .word(JobOperation.Place.self, "place"), "first, normal or last")
        let ids = Operand(repeated: "ID", .job, "numbers of jobs, or ids of videos")
        let config = Option.config
        let json = Flag.json

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if values.ids.isEmpty { throw UsageFault("ID is required") }
        }
    }

    struct Settle: ReadsSettings, PrintsJSON {
        let id = Operand("ID", .id, "the video")
        let request = Option(optional: "--request", "REQUEST", .text, "the provider's id of the request")
        let neverMade = Flag("--never-made", "the provider never received it")
        let config = Option.config
        let json = Flag.json

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if (values.request ?? "").isEmpty != values.neverMade {
                throw UsageFault("either --request or --never-made is required")
            }
        }
    }

    private static func operation(_ arguments: ArgumentValues<some ReadsSettings>) throws -> JobOperation {
        let settings = try arguments.settings()
        let database = settings.openDatabase()
        let catalog = Catalog(
            database: database, credentials: settings.catalog.credentials, rate: settings.catalog.rate)
        return JobOperation(
            database: database,
            generations: Generations(
                database: database, catalog: catalog, limit: settings.generation.secondsLimit,
                monthlyCredits: settings.catalog.monthlyCredits),
            health: ProviderHealth(database: database, pace: settings.generation.pace))
    }

    private static func list(_ arguments: ArgumentValues<List>) throws -> Int32 {
        var filter = JobFilter()
        filter.state = arguments.state
        filter.kind = arguments.kind
        filter.provider = arguments.provider
        filter.group = arguments.group
        filter.page = PageRequest(limit: arguments.limit, cursor: arguments.cursor)
        let found = try operation(arguments).list(filter, for: nil)
        var lines = found.jobs.items.map(line)
        if lines.isEmpty { lines = ["No jobs."] }
        if let cursor = found.jobs.nextCursor { lines.append("More: --cursor \(cursor)") }
        let states = JobEntryState.allCases.map { "\(found.overview.counts[$0.rawValue] ?? 0) \($0.rawValue)" }
        lines.append(states.joined(separator: ", "))
        lines += paused(found.overview)
        try Output.answer(found, text: lines.joined(separator: "\n"), for: arguments)
        return ExitCode.success
    }

    private static func line(_ entry: JobEntry) -> String {
        let facts = [
            entry.subject, entry.provider, entry.ownerName, entry.error.map { "“\($0.prefix(80))”" },
            entry.obstacle?.sentence,
        ]
        return [entry.reference.text, entry.state.rawValue, entry.kind].joined(separator: "  ")
            + facts.compactMap(\.self).map { "  " + $0 }.joined()
    }

    private static func paused(_ overview: JobOverview) -> [String] {
        let lanes = overview.queues.map { ("queue", $0) } + overview.kinds.map { ("kind", $0) }
        let found = lanes.compactMap { scope, lane in
            lane.pausedAt.map { paused("\(scope) \(lane.name)", since: $0, waiting: lane.waiting, lane.reason) }
        }
        return found
            + overview.providers.compactMap { provider in
                guard let figures = provider.figures, let since = figures.pausedAt else { return nil }
                return paused(
                    "provider \(provider.name)", since: since.rfc3339, waiting: provider.waiting, figures.pauseReason)
            }
    }

    private static func paused(_ lane: String, since: String, waiting: Int, _ reason: String?) -> String {
        "Paused since \(since): \(lane), \(waiting) waiting" + (reason.map { " (\($0))" } ?? "")
    }

    private static func show(_ arguments: ArgumentValues<One>) throws -> Int32 {
        let found = try operation(arguments).find(arguments.id, for: nil)
        try Output.answer(found, text: try Output.indented(found.json), for: arguments)
        return ExitCode.success
    }

    private static func cancel(_ arguments: ArgumentValues<Several>) throws -> Int32 {
        try answer(
            JobOutcomes(outcomes: try operation(arguments).cancel(arguments.ids, by: nil)),
            succeeding: ["cancelled", "cancelling"], arguments)
    }

    private static func redriveSome(_ arguments: ArgumentValues<Redrive>) throws -> Int32 {
        guard arguments.all else { return try redrive(arguments.ids, at: arguments.to, arguments) }
        var filter = JobFilter()
        filter.state = arguments.state
        filter.kind = arguments.kind
        filter.provider = arguments.provider
        filter.group = arguments.group
        let (outcomes, hasMore) = try operation(arguments).redrive(where: filter, at: arguments.to, by: nil)
        return try answer(JobOutcomes(outcomes: outcomes, hasMore: hasMore), succeeding: ["redriven"], arguments)
    }

    private static func redrive(
        _ ids: [JobReference], at provider: String?, _ arguments: ArgumentValues<some ReadsSettings & PrintsJSON>
    ) throws -> Int32 {
        try answer(
            JobOutcomes(outcomes: try operation(arguments).redrive(ids, at: provider, by: nil)),
            succeeding: ["redriven"], arguments)
    }

    /// One line for each job; the exit status says whether all of them succeeded.
    private static func answer(
        _ answer: JobOutcomes, succeeding: Set<String>, _ arguments: ArgumentValues<some PrintsJSON>
    ) throws -> Int32 {
        var lines = answer.outcomes.map { outcome in
            "\(outcome.reference.text)  \(outcome.outcome)" + (outcome.error.map { ": \($0)" } ?? "")
        }
        if lines.isEmpty { lines = ["No jobs."] }
        if answer.hasMore { lines.append("There are more.") }
        try Output.answer(answer, text: lines.joined(separator: "\n"), for: arguments)
        return answer.outcomes.allSatisfy { succeeding.contains($0.outcome) } ? ExitCode.success : ExitCode.failure
    }

    private static func pause(_ arguments: ArgumentValues<Pause>) throws -> Int32 {
        let operation = try operation(arguments)
        let (scope, name) = try arguments.pausable()
        try operation.pause(scope, name, reason: arguments.reason, by: nil)
        try Output.answer(
            try operation.overview(for: nil), text: "The \(scope.rawValue) \(name) is paused.", for: arguments)
        return ExitCode.success
    }

    private static func resume(_ arguments: ArgumentValues<Lane>) throws -> Int32 {
        let operation = try operation(arguments)
        let (scope, name) = try arguments.pausable()
        try operation.resume(scope, name, by: nil)
        try Output.answer(
            try operation.overview(for: nil), text: "The \(scope.rawValue) \(name) runs again.", for: arguments)
        return ExitCode.success
    }

    private static func reorder(_ arguments: ArgumentValues<Reorder>) throws -> Int32 {
        let moved = try operation(arguments).reorder(arguments.ids, to: arguments.place, by: nil)
        let left = Set(arguments.ids).subtracting(moved)
        let lines = moved.map { "\($0.text)  moved" } + left.map { "\($0.text)  does not wait" }
        try Output.answer(JobsMoved(ids: moved), text: lines.joined(separator: "\n"), for: arguments)
        return left.isEmpty ? ExitCode.success : ExitCode.failure
    }

    private static func settle(_ arguments: ArgumentValues<Settle>) throws -> Int32 {
        let operation = try operation(arguments)
        try operation.settle(arguments.id, requestID: arguments.neverMade ? nil : arguments.request, by: nil)
        let found = try operation.find(.video(arguments.id), for: nil)
        try Output.answer(
            found, text: "The video is \(found.entry.state.rawValue).", for: arguments)
        return ExitCode.success
    }
}

/// A command that names what is paused: a queue, a kind of job or a provider.
private protocol NamesLane: ReadsSettings, PrintsJSON {
    var lane: Operand<[String]> { get }
    var provider: Option<String?> { get }
}

extension NamesLane {
    func check(_ values: ArgumentValues<Self>) throws(UsageFault) { _ = try values.pausable() }
}

extension ArgumentValues where Group: NamesLane {
    /// What they name.
    fileprivate func pausable() throws(UsageFault) -> (JobOperation.Scope, String) {
        let words = self[dynamicMember: \.lane]
        if let provider = self[dynamicMember: \.provider] {
            guard words.isEmpty else { throw UsageFault("name either SCOPE NAME or --provider") }
            return (.provider, provider)
        }
        guard let word = words.first else { throw UsageFault("either SCOPE NAME or --provider is required") }
        guard let scope = JobOperation.Scope(rawValue: word), scope != .provider else {
            throw UsageFault("SCOPE must be queue or kind, not “\(word)”")
        }
        guard words.count == 2 else { throw UsageFault("NAME is required, once") }
        do throws(FormatFault) {
            return (scope, try ValueFormat.laneName.value(of: words[1]))
        } catch {
            throw UsageFault("NAME \(error.messages().joined(separator: "; "))")
        }
    }
}

extension Option<JobEntryState?> {
    fileprivate static var jobState: Self {
        Option(optional: "--state", "STATE", .word(JobEntryState.self, "state"), "only jobs in this state")
    }
}

extension Option<JobGroup?> {
    fileprivate static var jobGroup: Self {
        Option(optional: "--group", "GROUP", .word(JobGroup.self, "group"), "only kinds for this")
    }
}

extension Option<String?> {
    fileprivate static var jobKind: Self {
        Option(optional: "--kind", "KIND", .laneName, "only this kind of job; generation for videos")
    }
    fileprivate static var pausedProvider: Self {
        Option(optional: "--provider", "PROVIDER", .text, "the provider, instead of SCOPE NAME")
    }
    fileprivate static var jobProvider: Self {
        Option(optional: "--provider", "PROVIDER", .text, "only videos of this provider")
    }
}

extension ValueFormat {
    /// One of the words of an enumeration.
    fileprivate static func word(_: Value.Type, _ unit: String) -> Self
    where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        .choice(Value.allCases.map { (word: $0.rawValue, value: $0) }, unit)
    }
}

extension ValueFormat<JobReference> {
    fileprivate static var job: Self {
        ValueFormat("job") { text throws(FormatFault) in
            guard let reference = JobReference(text) else {
                throw FormatFault("must be the number of a job or the id of a video", not: text)
            }
            return reference
        }
    }
}

extension ValueFormat<String> {
    fileprivate static var laneName: Self {
        ValueFormat("name") { text throws(FormatFault) in
            let isName = text.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            }
            guard isName, let first = text.utf8.first, first != UInt8(ascii: "_"), text.utf8.count <= 63 else {
                throw FormatFault("must be a queue or a kind of job", not: text)
            }
            return text
        }
    }
}

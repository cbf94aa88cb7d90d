internal import Crypto
internal import FoundationEssentials
internal import Logging
public import Media
internal import Platform
internal import Postgres
public import Queue
public import Storage
internal import Text

/// Does the jobs that make films.
///
/// All is made in a directory of the attempt and stored under names that no film had before. Nothing of it can be found
/// until one transaction records the film and completes the job, and until then the film before it stays.
public struct FilmAssembler: Sendable {
    /// How long the files of a replaced film stay for those who are watching it.
    static let grace = Duration.seconds(3_600)

    let storage: any MediaStorage
    let tools: MediaTools

    /// Films in a storage.
    public init(storage: any MediaStorage, tools: MediaTools) {
        self.storage = storage
        self.tools = tools
    }

    /// Lets a registry do these jobs.
    public func register(in registry: inout JobRegistry) {
        registry.register(AssembleFilm.self) { job, context in try run(job, context) }
        registry.register(SweepFilm.self) { job, context in try sweep(job, context) }
        registry.register(MakeCover.self) { job, context in try makeCover(job, context) }
    }

    private func run(_ job: AssembleFilm, _ context: JobContext) throws -> JobOutcome {
        while let winners = try FilmWinners.read(job.seasonID, in: context.database) {
            guard !winners.winners.isEmpty else { break }
            let progress = FilmProgress(
                season: winners.season, revision: winners.revision, database: context.database)
            do {
                try attempt(winners, progress, context)
                return .done()
            } catch FilmInterruption.changed {
                context.log.info("a slot has changed, so the film is begun again", [:])
            } catch FilmInterruption.seasonGone {
                break
            } catch FilmInterruption.cancelled {
                // A request that was made meanwhile finds either this job at work or none.
                if try end(job.seasonID, context) { return .done() }
            } catch let error where !(error is JobInterruption) {
                try note(error, progress, context)
                throw error
            }
        }
        return .cancel(reason: "the season is not finished")
    }

    /// Completes the job of a film whose work was ended; false when the film is wanted again.
    private func end(_ season: UUID, _ context: JobContext) throws -> Bool {
        do {
            try context.complete { connection in
                let state: String? = try connection.first(
                    "select state from film_builds where season_id = \(season) for update")
                if let state, state != "cancelled" { throw FilmInterruption.changed }
            }
            return true
        } catch FilmInterruption.changed {
            return false
        }
    }

    private func note(_ error: any Error, _ progress: FilmProgress, _ context: JobContext) throws {
        let fault = (error as? StorageFault).map(MediaFault.init) ?? error as? MediaFault
        let isFinal = context.attempt >= AssembleFilm.options.maxAttempts
        let sentence =
            switch fault?.code {
            case .storageFull: "The disk is full."
            case .toolMissing: "ffmpeg is missing."
            default: "The film could not be assembled. The log says why."
            }
        try progress.fail(
            "\(sentence) \(isFinal ? "Request the film again when this is fixed." : "It will be tried again.")",
            isFinal: isFinal)
        context.log.warning("a film was not assembled", ["fault": .string(String(reflecting: error))])
    }

    /// Assembles the film. A slot that changes, an admin and a deleted season also end the tool that runs.
    private func attempt(_ winners: FilmWinners, _ progress: FilmProgress, _ context: JobContext) throws {
        var stoppable = tools
        stoppable.isUnwanted = { context.interruption != nil || progress.isOutdated }
        do {
            try assemble(winners, progress, context, stoppable)
        } catch let fault as MediaFault where fault.code == .toolInterrupted {
            try context.checkPoint()
            try progress.check()
            throw fault
        }
    }

    private func assemble(
        _ winners: FilmWinners, _ progress: FilmProgress, _ context: JobContext, _ tools: MediaTools
    ) throws {
        let reach = { (step: FilmProgress.Step, part: Double) in
            try context.checkPoint()
            try progress.reach(step, part: part)
        }
        try reach(.reading, 0)
        try forgetDeadAttempts(winners.season, context.database)
        let workspace = try storage.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        let assembly = FilmAssembly(tools, directory: workspace)
        let segments = try FilmParts(storage: storage, assembly: assembly, workspace: workspace)
            .gather(winners) { try reach(.reading, 0) }

        try reach(.joining, 0)
        let parts = try assembly.joinable(segments.map(\.part)) { try reach(.joining, 0) }
        let captions = try FilmCaptions(segments)?.write(into: workspace)
        let film = try assembly.join(parts, title: winners.label, captions: captions)
        try reach(.stills, 0)
        let version = Text.hex(SecureRandom.bytes(6))
        let prefix = version + "-"
        let stills = StillFiles(in: workspace)
        let first = zip(segments, parts).first { $0.0.card == nil }?.1 ?? parts[0]
        _ = try Renditions(tools).stills(
            of: first.path, durationMs: FilmPart.milliseconds(frames: first.frames), into: stills)
        let storyboard = try assembly.storyboard(of: film) { "\(prefix)sheet-\($0).webp" }
        try reach(.streams, 0)
        let streams = try assembly.streams(of: film, parts: parts, prefix: prefix, hasCaptions: captions != nil) {
            try reach(.streams, $0)
        }

        try reach(.storing, 0)
        var files = [("film.mp4", film.path), ("poster.webp", stills.poster), ("poster-96.webp", stills.thumbnail)]
        files += [("poster-share.jpg", stills.share), ("storyboard.vtt", storyboard.index)]
        files += storyboard.sheets.enumerated().map { ("sheet-\($0.offset + 1).webp", $0.element) }
        files += streams.files.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
        if let captions { files.append((FilmCaptions.fileName, captions)) }
        let publication = FilmPublication(
            winners: winners, version: version, segments: segments, film: film, bytes: Files.size(film.path) ?? 0,
            hasCaptions: captions != nil)
        let forget = { for (name, _) in files { try? storage.delete(publication.key(name)) } }
        do {
            for (name, path) in files { try storage.store(path, as: publication.key(name)) }
        } catch {
            forget()
            throw error
        }
        do {
            try context.complete { try publication.publish(on: $0) }
        } catch {
            // After a fault of the connection the film may be published; the next attempt knows.
            if error is FilmInterruption || error is JobInterruption { forget() }
            throw error
        }
        context.log.info(
            "a film is assembled",
            [
                "season": .string(winners.season.text), "clips": .int(segments.count),
                "cards": .int(segments.count { $0.card != nil }), "milliseconds": .int(film.durationMs),
            ])
    }

    /// Removes what an attempt has stored that ended before it could publish.
    private func forgetDeadAttempts(_ season: UUID, _ database: Database) throws {
        let kept: Row? = try database.first(
            """
            select films.version, films.previous_version, seasons.cover_key
            from seasons
            left join films on films.season_id = seasons.id
            where seasons.id = \(season)
            """)
        let versions: [String?] = [
            try kept?.value("version"), try kept?.value("previous_version"), try kept.flatMap(coverVersion),
        ]
        try forget(season, but: versions.compactMap { $0 })
    }

    /// What the names of the files of a season's chosen picture begin with.
    private func coverVersion(_ row: Row) throws -> String? {
        let key: String? = try row.value("cover_key")
        return key.flatMap(StorageKey.init)?.name.split(separator: "-").first.map(String.init)
    }

    private func forget(_ season: UUID, but kept: [String]) throws(StorageFault) {
        for key in try storage.objects(of: season) where !kept.contains(where: { key.name.hasPrefix($0 + "-") }) {
            try storage.delete(key)
        }
    }

    private func sweep(_ job: SweepFilm, _ context: JobContext) throws -> JobOutcome {
        let isBusy: Bool = try context.database.one(
            """
            select exists (
                select
                from jobs
                where kind = \(AssembleFilm.kind)
                    and state = 'running'
                    and unique_key = \(job.seasonID.text)
            )
            """)
        if isBusy { return .snooze(until: Date().addingTimeInterval(5)) }
        let version: String? = try context.database.first(
            """
            update films
            set previous_version = null
            where season_id = \(job.seasonID)
            returning version
            """)
        let season: Row? = try context.database.first("select cover_key from seasons where id = \(job.seasonID)")
        try forget(job.seasonID, but: [version, try season.flatMap(coverVersion)].compactMap { $0 })
        return .done()
    }
}

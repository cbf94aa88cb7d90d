internal import Crypto
internal import FoundationEssentials
internal import Media
internal import Platform
internal import Postgres
internal import Queue
internal import Storage
internal import Text

extension FilmAssembler {
    /// Makes the picture of a season from a moment of a clip. The one before it stays for a while, for those whose page
    /// shows it.
    func makeCover(_ job: MakeCover, _ context: JobContext) throws -> JobOutcome {
        let clip: Row? = try context.database.first(
            """
            select clips.video_key, clips.duration_ms
            from tournament_clips clips
            join seasons on seasons.id = clips.season_id
            where clips.id = \(job.clipID) and seasons.id = \(job.seasonID)
                and clips.status in ('active', 'locked', 'eliminated')
            """)
        guard let clip, let key = (try clip.value("video_key") as String?).flatMap(StorageKey.init) else {
            return .cancel(reason: "the clip is no longer there")
        }
        let workspace = try storage.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        let source = workspace + "/clip.mp4"
        try storage.borrow(key, as: source)
        let length: Int = try clip.value("duration_ms") ?? 0
        let stills = StillFiles(in: workspace)
        // Behind its last frame a clip has no picture.
        let moment = max(0, min(job.milliseconds ?? length / 10, length - 50))
        _ = try Renditions(tools).stills(of: source, at: moment, into: stills)

        let version = "cover" + Text.hex(SecureRandom.bytes(6))
        let cover = StorageKey(filmOf: job.seasonID, version: version, name: "poster.webp")
        let files = [(stills.poster, cover), (stills.thumbnail, cover.thumbnail), (stills.share, cover.share)]
        let forget = { for (_, key) in files { try? storage.delete(key) } }
        do {
            for (path, key) in files { try storage.store(path, as: key) }
            try context.complete { connection in
                let changed = try connection.execute(
                    "update seasons set cover_key = \(cover.text) where id = \(job.seasonID)")
                guard changed > 0 else { throw FilmInterruption.seasonGone }
                try Queue.enqueue(
                    SweepFilm(seasonID: job.seasonID), on: connection,
                    runAt: try connection.one("select dailies_now() + \(Self.grace)"),
                    uniqueKey: job.seasonID.text, onConflict: .replace)
                try connection.execute("select announce_change('film', 'cover')")
            }
        } catch FilmInterruption.seasonGone {
            forget()
            return .cancel(reason: "the season is gone")
        } catch {
            forget()
            throw error
        }
        return .done()
    }
}

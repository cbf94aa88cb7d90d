import Film
import FoundationEssentials
import Glibc
import Media
import Platform
import Postgres
import Queue
import Refusals
@testable import Storage
import Synchronization
import TestSupport
import Testing

@Suite("FILM-08 FILM-09 from the last slot to a film", .serialized, .requiresPostgres)
struct FilmAssemblerTests {
    @Test("FILM-08 the transaction that finishes a season eliminates the losers and queues its film, once")
    func lastSlot() throws {
        try FilmWorkshop.run { workshop in
            #expect(try workshop.stage.status(of: workshop.loser) == .eliminated)
            #expect(try workshop.winners.allSatisfy { try workshop.stage.status(of: $0) == .locked })
            let status: SeasonStatus = try workshop.stage.superuser.one(
                "select status from seasons where id = \(workshop.season)")
            #expect(status == .finished)
            let jobs = try workshop.jobs()
            #expect(jobs.count == 1 && jobs.first?.state == .queued)
            #expect(jobs.first?.uniqueKey == workshop.season.uuidString.lowercased())
            try workshop.stage.closeRound()
            #expect(try workshop.jobs().count == 1)
            // Until the film is made its clips play one after another.
            let film = try workshop.films.film(season: "1")
            #expect(film.file == nil && film.build?.state == .waiting && film.segments.count == 3)
            #expect(film.segments.map(\.startsAt) == [0, 2, 3.433])
        }
    }

    @Test("FILM-08 a season that is not finished has no film, and none can be requested")
    func unfinished() throws {
        try FilmStage.run { stage in
            let (season, _) = try stage.voting(["A"])
            let films = Films(database: stage.web) { $0 }
            #expect(try films.library().isEmpty)
            #expect(throws: FilmError.refused(.filmNotFound)) { try films.film(season: "1") }
            #expect(throws: FilmError.refused(.seasonNotFound)) { try films.film(season: "99") }
            #expect(throws: FilmError.refused(.seasonNotFinished)) { try films.build(season, by: stage.admin) }
            #expect(throws: FilmError.refused(.seasonNotFound)) { try films.build(UUID(), by: stage.admin) }
        }
    }

    @Test("CLIP-08 FILM-09 while clips are moved to another storage, a film of them is made and stored there")
    func anotherStorage() throws {
        try FilmWorkshop.run { workshop in
            let elsewhere = LocalStorage(root: workshop.directory + "/elsewhere")
            try elsewhere.prepare()
            let storage = ObjectStorage(
                MovingStore(current: elsewhere, previous: workshop.storage), scratch: workshop.storage)
            let summary = try workshop.drain(storage)
            let errors = try workshop.jobs().map(\.errors)
            #expect(summary.completed == 1 && summary.retried == 0, "\(errors)")
            let file = try #require(try workshop.films.film(season: "1").file)
            let size = Files.size(workshop.directory + "/elsewhere/" + file.videoURL.dropFirst("/media/".count))
            #expect(size == file.bytes)
            #expect(try workshop.files() == ([], []))
        }
    }

    @Test("FILM-09 the film is as long as its clips, with a chapter each, and nothing else is left")
    func film() throws {
        try FilmWorkshop.run { workshop in
            let summary = try workshop.drain()
            let errors = try workshop.jobs().map(\.errors)
            #expect(summary.completed == 1 && summary.retried == 0, "\(errors)")
            let film = try workshop.films.film(season: "1")
            let file = try #require(film.file)
            #expect(film.build == nil && film.film.isAssembled && film.film.clips == 3)
            #expect(film.film.durationSeconds == 4.6)
            #expect(film.segments.map(\.startsAt) == [0, 2, 3.433])
            #expect(film.segments.compactMap(\.clip?.title) == ["Low water", "Rope = salt; # 2", "Echo"])
            let facts = try FilmFacts(workshop.directory + file.videoURL.dropFirst("/media".count))
            #expect(
                facts.chapters == [
                    "1 · Low water · mira_okafor", "2 · Rope = salt; # 2 · mira_okafor", "3 · Echo · mira_okafor",
                ])
            #expect(facts.starts.map { Int(($0 * 30).rounded()) } == [0, 60, 103])
            #expect(facts.frames == 138 && facts.title == "Undertow")
            #expect(abs(facts.seconds - 4.6) < 1 / 30)
            let version = try #require(try workshop.version())
            let files = try workshop.files()
            #expect(files.work == [])
            #expect(files.film.allSatisfy { $0.hasPrefix(version + "-") })
            for name in [
                "film.mp4", "poster.webp", "poster-96.webp", "poster-share.jpg", "storyboard.vtt", "sheet-1.webp",
                "stream.m3u8",
            ] {
                #expect(files.film.contains("\(version)-\(name)"), "\(name)")
            }
        }
    }

    @Test("FILM-09 GDPR-01 when a creator becomes a pseudonym, the film is made anew without the name")
    func departure() throws {
        try FilmWorkshop.run { workshop in
            try workshop.drain()
            let nameless: UUID = try workshop.stage.superuser.one(
                "insert into users (username, avatar_seed) values (null, 'x') returning id")
            try workshop.stage.superuser.execute(
                "update tournament_clips set user_id = \(nameless) where id = \(workshop.winners[0])")
            #expect(try workshop.jobs().map(\.state) == [.completed, .queued])
            try workshop.drain()
            let film = try workshop.films.film(season: "1")
            let facts = try FilmFacts(workshop.directory + (film.file?.videoURL.dropFirst("/media".count) ?? ""))
            #expect(facts.chapters.first == "1 · Low water · former member")
        }
    }

    @Test("FILM-09 a missing file and a removed clip get title cards, are named, and the old film stays until then")
    func cards() throws {
        try FilmWorkshop.run { workshop in
            let key: String = try workshop.stage.superuser.one(
                "select video_key from tournament_clips where id = \(workshop.winners[1])")
            try workshop.storage.delete(try #require(StorageKey(key)))
            try workshop.drain()
            let first = try workshop.films.film(season: "1")
            #expect(first.segments.map(\.card) == [nil, .missing, nil])
            #expect(first.film.durationSeconds == 6.167)
            let old = try #require(try workshop.version())

            try workshop.stage.superuser.execute(
                "insert into film_removals (clip_id, asked_at) values (\(workshop.winners[0]), now())")
            #expect(try workshop.jobs().map(\.state) == [.completed, .queued])
            #expect(try workshop.films.film(season: "1").file?.videoURL == first.file?.videoURL)
            try workshop.drain()
            let second = try workshop.films.film(season: "1")
            #expect(second.segments.map(\.card) == [.removed, .missing, nil] && second.segments[0].clip == nil)
            let removals: Int = try workshop.stage.superuser.one(
                "select count(*) from film_removals where replaced_at is not null")
            #expect(removals == 1)
            let new = try #require(try workshop.version())
            let facts = try FilmFacts(workshop.directory + (second.file?.videoURL.dropFirst("/media".count) ?? ""))
            #expect(facts.chapters.first == "1 · Removed")
            // Who is watching the old film can go on for an hour.
            #expect(try workshop.files().film.contains("\(old)-film.mp4"))
            try workshop.retryNow()
            try workshop.drain()
            #expect(try workshop.files().film.allSatisfy { $0.hasPrefix(new + "-") })
        }
    }

    @Test("FILM-09 a slot that changes meanwhile: the film begins again, and only the new one appears")
    func changeMeanwhile() throws {
        try FilmWorkshop.run { workshop in
            let (superuser, season, loser) = (workshop.stage.superuser, workshop.season, workshop.loser)
            let once = Atomic(false)
            let storage = HookedStorage(workshop.storage) { call in
                guard call == .store(3), !once.exchange(true, ordering: .relaxed) else { return }
                _ = try? superuser.execute(
                    "update story_slots set winner_clip_id = \(loser) where season_id = \(season) and position = 2")
            }
            try workshop.drain(storage)
            let film = try workshop.films.film(season: "1")
            #expect(film.segments.compactMap(\.clip?.title) == ["Low water", "Never", "Echo"])
            #expect(try workshop.jobs().map(\.state) == [.completed])
            let version = try #require(try workshop.version())
            #expect(try workshop.files().film.allSatisfy { $0.hasPrefix(version + "-") })
        }
    }

    @Test("FILM-09 a season deleted meanwhile: the job is cancelled and no file stays")
    func deletedMeanwhile() throws {
        try FilmWorkshop.run { workshop in
            let (superuser, season) = (workshop.stage.superuser, workshop.season)
            let storage = HookedStorage(workshop.storage) { call in
                guard call == .store(2) else { return }
                _ = try? superuser.withConnection { connection in
                    try connection.script(
                        """
                        delete from clip_views; delete from votes; delete from slot_results;
                        update story_slots set status = 'upcoming', winner_clip_id = null, locked_at = null;
                        delete from seasons where id = '\(season)';
                        """)
                }
            }
            try workshop.drain(storage)
            let left: Int = try superuser.one("select count(*) from seasons")
            #expect(left == 0)
            #expect(try workshop.jobs().map(\.state) == [.cancelled])
            try workshop.retryNow()
            try workshop.drain()
            #expect(try workshop.jobs(SweepFilm.kind).map(\.state) == [.completed])
            let files = try workshop.files()
            #expect(files.film == [] && files.work == [])
        }
    }

    @Test("FILM-09 a season deleted with its film leaves no file")
    func deleted() throws {
        try FilmWorkshop.run { workshop in
            try workshop.drain()
            try workshop.stage.superuser.execute("delete from slot_results")
            try workshop.stage.superuser.execute("delete from seasons where id = \(workshop.season)")
            try workshop.retryNow()
            try workshop.drain()
            let files = try workshop.files()
            #expect(files.film == [] && files.work == [])
        }
    }

    @Test("FILM-09 a full disk is named and tried again, and leaves nothing", arguments: [1, 4])
    func diskFull(store: Int) throws {
        try FilmWorkshop.run { workshop in
            let storage = HookedStorage(workshop.storage) { call throws(StorageFault) in
                if call == .store(store) { throw .full("No space left on device") }
            }
            let summary = try workshop.drain(storage)
            #expect(summary.retried == 1 && summary.completed == 0)
            #expect(try workshop.problem() == "The disk is full. It will be tried again.")
            #expect(try workshop.films.film(season: "1").file == nil)
            let files = try workshop.files()
            #expect(files.film == [] && files.work == [])
            try workshop.retryNow()
            try workshop.drain()
            #expect(try workshop.films.film(season: "1").file != nil)
            #expect(try workshop.problem() == nil)
        }
    }
}

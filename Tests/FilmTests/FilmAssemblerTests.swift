import Film
import FoundationEssentials
import Glibc
import Media
import Platform
import Postgres
import Queue
import Refusals
import Synchronization
import TestSupport
import Testing

@testable import Storage

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

    @Test("FILM-04 FILM-08 FILM-09 a season of 75 slots in simulated time ends as a film of its winners, equally loud")
    func wholeSeason() throws {
        try FilmStage.run { stage in
            var options = SeasonSimulation.Options()
            options.clips = 80
            options.voters = 30
            options.votesPerVoter = 10
            let outcome = try SeasonSimulation(database: stage.superuser, options: options).run()
            #expect(outcome.isSound && outcome.winners.map(\.slot) == Array(1...75), "\(outcome)")
            let directory = "/tmp/dailies-season-" + UUID().uuidString.lowercased()
            defer { try? Files.removeTree(directory) }
            let storage = LocalStorage(root: directory)
            try storage.prepare()
            let winners: [UUID] = try stage.superuser.query(
                "select winner_clip_id from story_slots where season_id = \(outcome.season) order by position")
            var starts: [Int] = []
            var frames = 0
            for (number, clip) in winners.enumerated() {
                let file = directory + "/tmp/rendition.mp4"
                try FilmClips.copy(number, to: file)
                let key = StorageKey(
                    .clips, clip, contentHash: String(repeating: "\(number % 10)", count: 32), fileExtension: "mp4")
                try storage.store(file, as: key)
                let length = FilmClips.frames[number % FilmClips.frames.count]
                starts.append(frames)
                frames += length
                try stage.superuser.execute(
                    """
                    update tournament_clips
                    set video_key = \(key.text), duration_ms = \(FilmPart.milliseconds(frames: length))::int
                    where id = \(clip)
                    """)
            }
            let summary = try FilmWorkshop.drain(stage.jobs, storage, FilmClips.tools)
            #expect(summary.completed == 1 && summary.retried == 0)
            let films = Films(database: stage.web) { "/media/" + $0 }
            let film = try films.film(season: outcome.season.uuidString)
            #expect(film.segments.map(\.slot) == Array(1...75) && film.segments.allSatisfy { $0.card == nil })
            let facts = try FilmFacts(directory + (film.file?.videoURL.dropFirst("/media".count) ?? ""))
            #expect(facts.frames == frames && abs(facts.seconds - Double(frames) / 30) < 1 / 30)
            #expect(facts.starts.map { Int(($0 * 30).rounded()) } == starts)
            #expect(
                zip(facts.chapters, outcome.winners).allSatisfy { $0.hasPrefix("\($1.slot) · \($1.title) · creator_") })
            #expect(facts.chapters.count == 75)
            let loudness = try facts.loudness()
            #expect(abs(loudness + 16) <= 1, "\(loudness)")
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

    @Test("FILM-09 ADM-03 work that waits or runs is ended by an admin, leaves no file, and can be requested again")
    func cancelled() throws {
        try FilmWorkshop.run { workshop in
            let (films, admin, season) = (workshop.films, workshop.stage.admin, workshop.season)
            try films.cancel(season, by: admin)
            #expect(try films.film(season: "1").build?.state == .cancelled)
            #expect(try workshop.jobs().map(\.state) == [.cancelled])
            #expect(throws: FilmError.refused(.noFilmBuild)) { try films.cancel(season, by: admin) }
            #expect(throws: FilmError.refused(.noFilmBuild)) { try films.cancel(UUID(), by: admin) }

            try films.build(season, by: admin)
            let superuser = workshop.stage.superuser
            let during = HookedStorage(workshop.storage) { call in
                if call == .store(3) { _ = try? superuser.execute("select cancel_film(null, \(season))") }
            }
            try workshop.drain(during)
            let ended = try films.film(season: "1")
            #expect(ended.build?.state == .cancelled && ended.file == nil)
            let files = try workshop.files()
            #expect(files.film == [] && files.work == [])
            #expect(try workshop.jobs().map(\.state) == [.cancelled, .completed])

            try films.build(season, by: admin)
            let again = HookedStorage(workshop.storage) { call in
                guard call == .store(3) else { return }
                _ = try? superuser.execute("select cancel_film(null, \(season)), build_film(null, \(season))")
            }
            try workshop.drain(again)
            #expect(try films.film(season: "1").file != nil && workshop.version() != nil)
            let acts: [String] = try superuser.query(
                "select action from audit_log where action like 'film.%' and actor_id is not null order by id")
            #expect(acts == ["film.cancel", "film.build", "film.build"])
        }
    }

    @Test("FILM-09 ADM-03 a slot that changes and an admin end the tool that runs, not only the step after it")
    func toolsEnd() throws {
        try FilmWorkshop.run { workshop in
            // It never ends while the streams are made, as long as a file says so.
            let ffmpeg = workshop.directory + "/ffmpeg"
            let hangs = workshop.directory + "/hangs"
            let pids = workshop.directory + "/pids"
            try Files.write(
                Array(
                    """
                    #!/bin/sh
                    case "$*" in
                        *hls_time*) [ ! -e \(hangs) ] || { echo $$ >> \(pids); exec sleep 100000; } ;;
                    esac
                    exec /usr/bin/ffmpeg "$@"

                    """.utf8), to: ffmpeg)
            chmod(ffmpeg, 0o755)
            var tools = FilmClips.tools
            tools.ffmpeg = ffmpeg
            let (jobs, storage, stoppable) = (workshop.stage.jobs, workshop.storage, tools)
            let superuser = workshop.stage.superuser
            func assemble(meanwhile: SQL) throws {
                try Files.write([], to: hangs)
                let begun = try Self.processes(pids).count
                let drain = try BackgroundThread(named: "film") {
                    _ = try? FilmWorkshop.drain(jobs, storage, stoppable)
                }
                try waitUntil { try Self.processes(pids).count > begun }
                try Files.remove(hangs)
                try superuser.execute(meanwhile)
                // Only a signal ends it.
                try waitUntil { try Self.processes(pids).allSatisfy { kill($0, 0) != 0 } }
                for left in try Self.processes(pids) { kill(left, SIGKILL) }
                drain.join()
            }
            try assemble(
                meanwhile: """
                    update story_slots
                    set winner_clip_id = \(workshop.loser)
                    where season_id = \(workshop.season) and position = 2
                    """)
            let film = try workshop.films.film(season: "1")
            #expect(film.segments.compactMap(\.clip?.title) == ["Low water", "Never", "Echo"])
            let version = try #require(try workshop.version())

            try workshop.films.build(workshop.season, by: workshop.stage.admin)
            try assemble(meanwhile: "select cancel_film(null, \(workshop.season))")
            #expect(try workshop.films.film(season: "1").build?.state == .cancelled)
            #expect(try workshop.version() == version)
            #expect(try workshop.jobs().map(\.state) == [.completed, .completed])
            let files = try workshop.files()
            #expect(files.film.allSatisfy { $0.hasPrefix(version + "-") } && files.work == [])
        }
    }

    private static func processes(_ list: String) throws -> [Int32] {
        guard let bytes = FileManager.default.contents(atPath: list) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { Int32($0) }
    }

    @Test("FILM-01 the cover is a moment of a clip that an admin chooses; films and sweeps leave it alone")
    func cover() throws {
        try FilmWorkshop.run { workshop in
            let (films, admin, season) = (workshop.films, workshop.stage.admin, workshop.season)
            try workshop.drain()
            func covers() throws -> [String] {
                try workshop.files().film.filter { $0.hasPrefix("cover") }.map { String($0.drop { $0 != "-" }) }
            }
            let poster = try films.library().first?.coverURL
            try films.chooseCover(season, clip: workshop.winners[1], milliseconds: 900, by: admin)
            try workshop.drain()
            let cover = try #require(try films.library().first?.coverURL)
            #expect(cover.contains("/cover") && cover != poster)
            #expect(try workshop.stage.stories.strip(season: season, for: admin).coverURL == cover)
            #expect(try covers().sorted() == ["-poster-96.webp", "-poster-share.jpg", "-poster.webp"])
            let picture = try #require(
                FileManager.default.contents(atPath: workshop.directory + cover.dropFirst("/media".count)))
            #expect(picture.starts(with: Array("RIFF".utf8)))

            try films.build(season, by: admin)
            try workshop.drain()
            try workshop.retryNow()
            try workshop.drain()
            #expect(try films.library().first?.coverURL == cover && covers().count == 3)
            // Behind the end there is the last picture; a second choice replaces the first.
            try films.chooseCover(season, clip: workshop.loser, milliseconds: 60_000, by: admin)
            try workshop.drain()
            try workshop.retryNow()
            try workshop.drain()
            #expect(try films.library().first?.coverURL != cover && covers().count == 3)
            #expect(throws: FilmError.refused(.clipNotFound)) {
                try films.chooseCover(season, clip: UUID(), milliseconds: nil, by: admin)
            }
            let other = try workshop.stage.season("Other")
            #expect(throws: FilmError.refused(.clipOfOtherSeason)) {
                try films.chooseCover(other.id, clip: workshop.winners[0], milliseconds: nil, by: admin)
            }
            try films.chooseCover(season, clip: nil, milliseconds: nil, by: admin)
            try workshop.retryNow()
            try workshop.drain()
            #expect(try covers() == [] && films.library().first?.coverURL?.contains("/cover") == false)
        }
    }

    @Test("FILM-09 FILM-10 SOC-03 the place of a clip that was taken down plays as a card, until an appeal restores it")
    func restored() throws {
        try FilmWorkshop.run { workshop in
            let (stage, superuser, taken) = (workshop.stage, workshop.stage.superuser, workshop.winners[1])
            try superuser.execute("update tournament_clips set video_key = null where id = \(workshop.loser)")
            try stage.act(.takeDown(clip: taken))
            // Before any film is made, too.
            let gap = try workshop.films.film(season: "1").segments[1]
            #expect(gap.card == .removed && gap.clip == nil && gap.durationSeconds == 3)
            #expect(try workshop.films.film(season: "1").segments[2].startsAt == 5)
            try workshop.drain()
            #expect(try workshop.films.film(season: "1").segments.map(\.card) == [nil, .removed, nil])

            let statement: UUID = try superuser.one(
                """
                update statements_of_reasons
                set appeal = 'It is mine', appealed_at = dailies_now()
                where clip_id = \(taken)
                returning id
                """)
            let rows: [String] = try superuser.query(
                """
                select concat_ws(' ', outcome, name)
                from decide_appeal(\(stage.admin), \(statement), true, 'The licence was shown')
                """)
            #expect(rows == ["done", "winner_selected"])
            #expect(try stage.status(of: taken) == .locked && stage.slot(of: taken) == 2)
            #expect(try stage.interventions(workshop.season, 2) == ["clip_taken_down", "clip_restored"])
            try workshop.drain()
            let film = try workshop.films.film(season: "1")
            #expect(film.segments.map(\.card) == [nil, nil, nil] && film.segments[1].clip?.id == taken)
            let removals: Int = try superuser.one("select count(*)::int from film_removals")
            #expect(removals == 0)
        }
    }
}

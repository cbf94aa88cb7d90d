import Analytics
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("Days of models", .requiresPostgres)
struct ModelDayTests {
    @Test("ANLY-02 runs, videos, votes and battles are counted by model, type and day")
    func counted() throws {
        try AnalyticsStage.run { stage in
            try stage.run(0, took: 60_000, cost: "0.5", video: 5_000)
            try stage.run(0, took: nil, cost: "0", video: 8_000)
            try stage.run(0, "failed", cost: "0.1")
            try stage.run(0, "cancelled", cost: "0.25")
            try stage.run(0, fromPicture: true)
            let videos = try stage.comparison([0, 1], cost: "0.7")
            for voter in 1...3 { try stage.vote(videos[0], voter) }
            try stage.vote(videos[1], 1, at: "2026-03-11T08:00:00Z")
            try stage.battle(0, 1, "left")
            try stage.battle(1, 0, "tie")
            try stage.battle(1, 0, "bothBad")
            #expect(try stage.kept(0, "completed") == nil, "nothing is counted before the fold")
            try stage.expectExact()
            let columns = [
                "completed": "2", "failed": "1", "cancelled": "1", "timed": "1", "took_ms": "60000",
                "took_ms_squared": "3600000000", "video_ms": "13000", "priced_ms": "13000", "cost_usd": "0.5000",
                "lost_usd": "0.3500", "compared": "1", "compared_usd": "0.7000", "compared_votes": "3",
                "compared_votes_squared": "9", "votes": "3", "wins": "1", "losses": "0", "ties": "2",
            ]
            for (column, value) in columns { #expect(try stage.kept(0, column) == value, "\(column)") }
            #expect(try stage.kept(0, "completed", fromPicture: true) == "1")
            // A vote counts on its day, and for the video on the day on which that was added.
            #expect(try stage.kept(1, "votes") == "0" && stage.kept(1, "compared_votes") == "1")
            #expect(try stage.kept(1, "votes", on: "2026-03-11") == "1")
            #expect(try stage.kept(1, "losses") == "1" && stage.kept(1, "ties") == "2")
        }
    }

    @Test("ANLY-02 days are those of UTC, wherever the database believes to be")
    func zones() throws {
        try AnalyticsStage.run { stage in
            try stage.run(0, endedAt: "2026-03-10T23:59:59.999Z")
            try stage.run(0, endedAt: "2026-03-11T00:00:00Z")
            try stage.run(0, endedAt: "2026-03-11T01:30:00+02:00")
            let fold = { (zone: String) in
                try stage.jobs.transaction(settings: ["TimeZone": zone]) { connection in
                    try connection.one("select fold_model_days()", as: Int?.self)
                }
            }
            #expect(try fold("Pacific/Auckland") != nil)
            #expect(try stage.kept(0, "completed") == "2" && stage.kept(0, "completed", on: "2026-03-11") == "1")
            // The days that are counted again have the same bounds.
            try stage.run(0, endedAt: "2026-03-10T23:59:59.999999Z")
            #expect(try fold("America/Los_Angeles") == 1)
            #expect(try stage.kept(0, "completed") == "3" && stage.kept(0, "completed", on: "2026-03-11") == "1")
            try stage.expectExact()
        }
    }

    @Test("ANLY-02 corrections, removals and voids reach the days, together with what goes with them")
    func removals() throws {
        try AnalyticsStage.run { stage in
            let run = try stage.run(0)
            let videos = try stage.comparison([0, 1, 2])
            for voter in 1...4 { for video in videos { try stage.vote(video, voter, at: "2026-03-12T10:00:00Z") } }
            try stage.vote(videos[0], 9, at: "2026-03-13T10:00:00Z", member: stage.owner)
            try stage.battle(0, 1, "left")
            try stage.expectExact()
            let database = stage.superuser

            try database.execute("update generation_runs set cost_usd = 0.9 where generation_id = \(run)")
            try database.execute("update generations set cost_usd = 0.9 where id = \(videos[1])")
            try stage.expectExact("costs that are entered later")
            #expect(try stage.kept(0, "cost_usd") == "0.9000" && stage.kept(1, "compared_usd") == "0.9000")

            try database.execute(
                "update generation_runs set model_id = \(stage.models[2]) where generation_id = \(run)")
            try database.execute("update battles set outcome = 'right'")
            try stage.expectExact("another model, another outcome")
            #expect(try stage.kept(0, "completed") == "0" && stage.kept(2, "completed") == "1")
            #expect(try stage.kept(0, "losses") == "1")
            try database.execute("update battles set void_id = gen_random_uuid()")
            try stage.expectExact("a battle that is void")
            #expect(try stage.kept(0, "losses") == "0")
            try database.execute("update battles set void_id = null")
            try stage.expectExact("a void that is undone")
            #expect(try stage.kept(0, "losses") == "1")

            try database.execute("delete from video_votes where voter_key = 'voter 2'")
            try database.execute(
                "update video_votes set created_at = created_at + interval '1 day' where voter_key = 'voter 3'")
            try stage.expectExact("votes that are taken back or moved")
            #expect(
                try stage.kept(0, "votes", on: "2026-03-12") == "2" && stage.kept(0, "votes", on: "2026-03-13") == "2")

            // The owner's own vote goes with the owner, and so does the video, in one statement.
            try database.execute("delete from generations where id = \(videos[1])")
            try stage.expectExact("a video with its votes")
            #expect(try stage.kept(1, "compared") == "0" && stage.kept(1, "votes", on: "2026-03-12") == nil)
            try database.execute("delete from users where id = \(stage.owner)")
            try stage.expectExact("a member with videos and votes")
            #expect(try stage.kept(0, "votes", on: "2026-03-13") == nil)
            try database.execute("delete from comparisons")
            try database.execute("delete from battles")
            try database.execute("delete from generation_runs")
            try stage.expectExact("everything")
            #expect(try database.one("select count(*)::int from model_days") as Int == 0)
            try database.execute("delete from models where id = \(stage.models[1])")
            try stage.expectExact("a model")
        }
    }

    @Test("ANLY-02 a fold that is killed leaves everything as it was; two at once count nothing twice")
    func faults() throws {
        try AnalyticsStage.run { stage in
            try stage.run(0)
            try stage.expectExact()
            try stage.run(0)
            let videos = try stage.comparison([0, 1])
            #expect(throws: (any Error).self) {
                try stage.jobs.transaction { connection in
                    let taken: Int? = try connection.one("select fold_model_days()")
                    #expect(taken ?? 0 >= 3)
                    // As when the process or the machine dies.
                    try stage.superuser.execute(
                        "select pg_terminate_backend(\(try connection.one("select pg_backend_pid()", as: Int32.self)), 5000)"
                    )
                    try connection.execute("select 1")
                }
            }
            #expect(try stage.kept(0, "completed") == "1", "of the killed fold nothing is kept")
            try stage.expectExact()
            #expect(try stage.kept(0, "completed") == "2")

            // While one is counting, another one does nothing.
            try stage.jobs.transaction { connection in
                let own: Int? = try connection.one("select fold_model_days()")
                let other = try stage.days.step()
                #expect(own == 0 && other == nil)
            }
            try concurrently(6) { thread in
                for step in 0..<12 {
                    if thread < 2 {
                        _ = try stage.days.step(most: 3)
                    } else {
                        try stage.vote(videos[step % 2], thread * 100 + step)
                        if step % 4 == 3 {
                            try stage.superuser.execute(
                                "delete from video_votes where voter_key = \("voter \(thread * 100 + step - 1)")")
                        }
                        try stage.run(thread % 3, step % 5 == 0 ? "failed" : "completed")
                        try stage.battle(0, 1, step % 2 == 0 ? "left" : "tie")
                    }
                }
            }
            try stage.expectExact()
        }
    }

    @Test("ANLY-02 what is committed after a fold has looked is counted by the next one")
    func late() throws {
        try AnalyticsStage.run { stage in
            try stage.run(0)
            try stage.expectExact()
            try stage.superuser.transaction { connection in
                try connection.execute("update generation_runs set outcome = 'failed', video_ms = null, took_ms = null")
                #expect(try stage.days.run() == 0)
                #expect(try stage.kept(0, "completed") == "1")
            }
            // A change that is taken back leaves no note.
            #expect(throws: (any Error).self) {
                try stage.superuser.transaction { connection in
                    try connection.execute("delete from generation_runs")
                    throw CancellationError()
                }
            }
            try stage.expectExact()
            #expect(try stage.kept(0, "completed") == "0" && stage.kept(0, "failed") == "1")
        }
    }

    @Test("ANLY-02 a day that has drifted is found and repaired; the first fold counts what was there before")
    func repair() throws {
        try AnalyticsStage.run { stage in
            try stage.run(0)
            try stage.run(1)
            try stage.superuser.execute("delete from model_day_changes")
            try stage.expectExact("rows from before the first fold")
            #expect(try stage.kept(0, "completed") == "1")
            try stage.superuser.execute("update model_days set completed = 7 where model_id = \(stage.models[0])")
            try stage.superuser.execute("delete from model_days where model_id = \(stage.models[1])")
            let found = try ModelDayDrift.find(in: stage.jobs)
            #expect(Set(found.map(\.modelID)) == Set(stage.models.prefix(2)))
            #expect(found.contains { $0.names == "completed 7 (expected 1)" && $0.day == "2026-03-10" })
            #expect(try ModelDayDrift.repair(in: stage.jobs).count == 2)
            try stage.expectExact()
            #expect(try stage.kept(0, "completed") == "1" && stage.kept(1, "completed") == "1")
        }
    }

    @Test("ANLY-02 a run keeps whether it started from a picture, also when the picture is deleted")
    func sources() throws {
        try AnalyticsStage.run { stage in
            let database = stage.superuser
            let image: UUID = try database.one(
                """
                insert into source_images (
                    user_id, file_name, content_type, size_bytes, state, storage_key, width, height, created_at
                )
                values (\(stage.owner), 'a', 'image/png', 1, 'ready', 'k', 1, 1, now())
                returning id
                """)
            let video = try stage.comparison([0])[0]
            try database.execute("update generations set source_image_id = \(image) where id = \(video)")
            try database.execute(
                """
                insert into generation_runs (
                    generation_id, run, model_id, provider, duration_ms, quality, reserved_at, expected_usd
                )
                values (\(video), 1, \(stage.models[0]), 'local', 5000, 'standard', now(), 0)
                """)
            try stage.expectExact()
            try database.execute(
                """
                update generation_runs
                set outcome = 'completed', ended_at = '2026-03-10T12:00:00Z', cost_usd = 0, video_ms = 1
                where generation_id = \(video)
                """)
            try database.execute("delete from source_images")
            try stage.expectExact()
            #expect(try stage.kept(0, "completed", fromPicture: true) == "1")
        }
    }
}

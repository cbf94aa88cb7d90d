import Comparisons
import FoundationEssentials
import Generation
import Postgres
import TestSupport
import Testing

@Suite("Votes for videos", .requiresPostgres)
struct VideoVoteTests {
    @Test("ARENA-04 a voter votes once for a video: by key and by cookie; taken back, the vote can be cast again")
    func once() throws {
        try ComparisonStage.run { stage in
            let made = try stage.made(stage.request(models: 2))
            let video = made.videos[0].generation.id
            let votes = VideoVotes(database: stage.web)
            #expect(try votes.change(stage.ballot(video, 1, cookie: "a")) == 1)
            #expect(stage.code { _ = try votes.change(stage.ballot(video, 1, cookie: "a")) } == "already_voted")
            #expect(stage.code { _ = try votes.change(stage.ballot(video, 1, cookie: "b")) } == "already_voted")
            #expect(
                stage.code { _ = try votes.change(stage.ballot(video, 2, cookie: "a")) } == "already_voted",
                "the same browser on another network")
            #expect(
                stage.code { _ = try votes.change(stage.ballot(video, 1, cookie: "a", member: stage.admin)) }
                    == "already_voted", "the same browser, signed in")
            #expect(try votes.change(stage.ballot(video, 3, cookie: "c")) == 2)
            #expect(try votes.own(in: made.facts.id, voterKey: "device_9", cookieHash: "a") == [video])
            #expect(try votes.own(in: made.facts.id, voterKey: "device_9", cookieHash: nil) == [])
            #expect(try votes.change(stage.ballot(video, 2, cookie: "a", isUndo: true)) == 1)
            #expect(
                stage.code { _ = try votes.change(stage.ballot(video, 1, cookie: "a", isUndo: true)) } == "not_voted")
            #expect(try votes.change(stage.ballot(video, 1, cookie: "a")) == 2)
        }
    }

    @Test("ARENA-04 the visitors of one network give a video only so many votes a day; members are not held back")
    func network() throws {
        try ComparisonStage.run { stage in
            let made = try stage.made(stage.request(models: 2))
            let videos = made.videos.map(\.generation.id)
            let votes = VideoVotes(database: stage.web, networkVotes: 3)
            for voter in 1...3 { _ = try votes.change(stage.ballot(videos[0], voter)) }
            #expect(stage.code { _ = try votes.change(stage.ballot(videos[0], 4)) } == "network_full")
            #expect(stage.code { _ = try votes.change(stage.ballot(videos[0], 3)) } == "already_voted")
            #expect(try votes.change(stage.ballot(videos[1], 4)) == 1, "another video")
            #expect(try votes.change(stage.ballot(videos[0], 5, member: stage.admin)) == 4)
            #expect(try votes.change(stage.ballot(videos[0], 1, isUndo: true)) == 3)
            #expect(try votes.change(stage.ballot(videos[0], 4)) == 4)
            // Of many at once as many count.
            let outcomes = try inParallel(9) { number in
                (try? votes.change(stage.ballot(videos[1], 10 + number))) != nil
            }
            #expect(outcomes.count { $0 } == 2)
        }
    }

    @Test("ARENA-04 only finished videos of public comparisons get votes")
    func onlyPublic() throws {
        try ComparisonStage.run { stage in
            let made = try stage.comparisons.create(stage.request(models: 2), by: stage.admin, hasPremium: true)
                .comparison
            let votes = VideoVotes(database: stage.web)
            let video = made.videos[0].generation
            #expect(stage.code { _ = try votes.change(stage.ballot(video.id, 1)) } == "video_not_found")
            try stage.complete(video)
            #expect(try votes.change(stage.ballot(video.id, 1)) == 1)
            var changes = ComparisonChanges()
            changes.isPublic = false
            _ = try stage.comparisons.change(made.facts.id, changes, by: stage.admin)
            #expect(stage.code { _ = try votes.change(stage.ballot(video.id, 2)) } == "video_not_found")
            #expect(stage.code { _ = try votes.change(stage.ballot(UUID(), 2)) } == "video_not_found")
            #expect(try votes.change(stage.ballot(video.id, 1, isUndo: true)) == 0, "what is hidden can be taken back")
        }
    }

    @Test("ARENA-04 many votes at once, with repetitions and votes taken back, leave exact counts")
    func atOnce() throws {
        try ComparisonStage.run { stage in
            let made = try stage.made(stage.request(models: 3))
            let videos = made.videos.map(\.generation.id)
            let votes = VideoVotes(database: stage.web)
            try concurrently(16) { thread in
                for step in 0..<30 {
                    let voter = (thread * 7 + step) % 40
                    let isUndo = step % 5 == 4
                    do {
                        _ = try votes.change(
                            stage.ballot(videos[step % 3], voter, cookie: "c\(voter % 35)", isUndo: isUndo))
                    } catch is ComparisonRefusal {}
                }
            }
            #expect(try VideoVotes.drift(in: stage.jobs).isEmpty)
            let sum: Int = try stage.superuser.one("select count(*)::int from video_votes")
            #expect(try stage.comparisons.find(made.facts.id)?.facts.votes == sum && sum > 30)
        }
    }

    @Test("ARENA-04 counts that have drifted are found and repaired")
    func repair() throws {
        try ComparisonStage.run { stage in
            var request = stage.request(models: 2)
            request.tags = ["Storm"]
            let made = try stage.made(request)
            _ = try VideoVotes(database: stage.web).change(stage.ballot(made.videos[0].generation.id, 1))
            try stage.superuser.execute("update comparison_videos set vote_count = vote_count + 5")
            try stage.superuser.execute("update comparisons set vote_count = 9, completed_videos = 7")
            try stage.superuser.execute("update tags set listed_count = 4")
            let found = try VideoVotes.drift(in: stage.jobs)
            #expect(found.count == 5)
            #expect(try VideoVotes.repair(in: stage.jobs).count == 5)
        }
    }

    @Test("ARENA-03 tags are renamed and merged; a merge into itself, or a name that is taken, is refused")
    func tags() throws {
        try ComparisonStage.run { stage in
            for (title, tags) in [("One", ["Storm", "Sea"]), ("Two", ["Sea"]), ("Three", ["Tempest"])] {
                var request = stage.request(title, models: 1)
                request.tags = tags
                _ = try stage.made(request)
            }
            let all = try stage.tags.all()
            let (sea, storm, tempest) = (all[0], all[1], all[2])
            #expect(all.map(\.name) == ["Sea", "Storm", "Tempest"] && all.map(\.listed) == [2, 1, 1])
            #expect(stage.code { try stage.tags.merge(sea.id, into: sea.id, by: stage.admin) } == "tag_itself")
            #expect(stage.code { try stage.tags.merge(sea.id, into: UUID(), by: stage.admin) } == "tag_not_found")
            #expect(stage.code { try stage.tags.rename(sea.id, to: "STORM", by: stage.admin) } == "tag_taken")
            try stage.tags.merge(storm.id, into: sea.id, by: stage.admin)
            try stage.tags.rename(tempest.id, to: "Big storm", by: stage.admin)
            #expect(try stage.tags.all().map(\.slug) == ["big-storm", "sea"])
            #expect(try stage.tags.find(slug: "sea")?.listed == 2, "one comparison had both")
            try stage.tags.delete(tempest.id, by: stage.admin)
            try stage.tags.create("New", by: stage.admin)
            #expect(stage.code { try stage.tags.create("new", by: stage.admin) } == "tag_taken")
            #expect(try stage.tags.listed().map(\.slug) == ["sea"])
            let audited: [String] = try stage.superuser.query(
                "select action from audit_log where action like 'tag.%' order by id")
            #expect(audited == ["tag.merge", "tag.rename", "tag.delete", "tag.create"])
        }
    }
}

import Catalog
import Comparisons
import FoundationEssentials
import Generation
import Postgres
import TestSupport
import Testing

@Suite("Comparisons", .requiresPostgres)
struct ComparisonTests {
    @Test("ARENA-01 GEN-17 nine models get the same prompt and seed at once; the same title twice gives two slugs")
    func create() throws {
        try ComparisonStage.run { stage in
            var request = stage.request(models: 9)
            request.tags = ["Storm", "storm ", "At sea"]
            request.idempotencyKey = "k-1"
            let quote = try stage.comparisons.quote(request, hasPremium: true, for: stage.admin)
            #expect(quote.entries.count == 9 && quote.credits == 0 && quote.same.isEmpty)
            let (made, isRepeated) = try stage.comparisons.create(request, by: stage.admin, hasPremium: true)
            #expect(!isRepeated && made.facts.slug == "lighthouse-in-a-storm" && made.videos.count == 9)
            #expect(Set(made.videos.map(\.generation.seed)) == [made.facts.seed])
            #expect(made.videos.map(\.generation.modelSlug) == request.models, "in the order of the request")
            #expect(made.videos.allSatisfy { $0.generation.status == .queued })
            #expect(
                made.facts.tags == [
                    ComparisonTag(slug: "at-sea", name: "At sea"), ComparisonTag(slug: "storm", name: "Storm"),
                ])
            let again = try stage.comparisons.create(request, by: stage.admin, hasPremium: true)
            #expect(again.isRepeated && again.comparison.facts.id == made.facts.id)
            request.idempotencyKey = nil
            request.models = ["local"]
            #expect(
                try stage.comparisons.create(request, by: stage.admin, hasPremium: true).comparison.facts.slug
                    == "lighthouse-in-a-storm-2")
            let same = try stage.comparisons.quote(
                stage.request(prompt: "a LIGHTHOUSE keeper"), hasPremium: true, for: stage.admin
            ).same
            #expect(same.count == 2)
            #expect(
                try stage.superuser.one("select count(*)::int from jobs where kind = 'draw_generation'", as: Int.self)
                    == 10)
            let entries: Int = try stage.superuser.one(
                "select count(*)::int from audit_log where action = 'comparison.create' and actor_id = \(stage.admin)")
            #expect(entries == 2)
        }
    }

    @Test("ARENA-01 what a model cannot make is refused with the model's name, and nothing is made")
    func refusals() throws {
        try ComparisonStage.run { stage in
            func code(_ change: (inout ComparisonRequest) -> Void) -> String? {
                var request = stage.request()
                change(&request)
                return stage.code { _ = try stage.comparisons.create(request, by: stage.admin, hasPremium: true) }
            }
            #expect(code { $0.models = ["local", "local"] } == "repeated_model")
            #expect(code { $0.models = (0..<10).map { "m\($0)" } } == "too_many_models")
            #expect(code { $0.models = ["local", "none"] } == "model_unsuitable")
            #expect(code { $0.duration = .seconds(9) } == "model_unsuitable")
            #expect(code { $0.aspectRatio = "2:1" } == "model_unsuitable")
            #expect(code { $0.models = ["veo-3.1"] } == "model_unsuitable", "there is no key for its provider")
            #expect(code { $0.kind = .imageToVideo } == "image_required")
            #expect(code { $0.imageID = UUID() } == "image_not_allowed")
            #expect(code { $0.tags = ["!"] } == "invalid_tag")
            #expect(code { $0.seenCredits = 5 } == "price_changed")
            // The database refuses a member who is no admin.
            let mira: UUID = try stage.superuser.one("insert into users (username) values ('mira') returning id")
            #expect(throws: (any Error).self) {
                try stage.comparisons.create(stage.request(), by: mira, hasPremium: true)
            }
            #expect(try stage.superuser.one("select count(*)::int from generations", as: Int.self) == 0)
            #expect(try stage.superuser.one("select count(*)::int from comparisons", as: Int.self) == 0)
        }
    }

    @Test("ARENA-01 ARENA-03 of five models one fails: the public page has four, and a retry makes it five")
    func oneFails() throws {
        try ComparisonStage.run { stage in
            let made = try stage.comparisons.create(stage.request(models: 5), by: stage.admin, hasPremium: true)
                .comparison
            for video in made.videos.dropLast() { try stage.complete(video.generation) }
            let last = try #require(made.videos.last).generation
            try stage.fail(last)
            let shown = try #require(try stage.comparisons.find(slug: made.facts.slug))
            #expect(shown.videos.count == 4 && shown.facts.completedVideos == 4)
            let all = try #require(try stage.comparisons.find(made.facts.id, for: stage.admin))
            #expect(all.videos.count == 5 && all.videos.last?.generation.error == "The provider is down.")
            let again = try stage.generations.retry(last.id, by: stage.admin).generation
            #expect(again.run == 2)
            try stage.complete(again)
            #expect(try stage.comparisons.find(slug: made.facts.slug)?.videos.count == 5)
            #expect(stage.code { _ = try stage.generations.retry(last.id, by: stage.admin) } == "not_failed")
        }
    }

    @Test("ARENA-01 GEN-11 from a picture every model starts with it; the page shows it while the comparison is public")
    func picture() throws {
        try ComparisonStage.run { stage in
            let image: UUID = try stage.superuser.one(
                """
                insert into source_images (user_id, file_name, content_type, state, storage_key, width, height, created_at)
                values (\(stage.admin), 'fog.jpg', 'image/jpeg', 'ready', 'sources/x/y.jpg', 640, 360, now())
                returning id
                """)
            var request = stage.request("From a picture", models: 2)
            request.kind = .imageToVideo
            #expect(
                stage.code { _ = try stage.comparisons.create(request, by: stage.admin, hasPremium: true) }
                    == "image_required")
            request.imageID = image
            let made = try stage.made(request)
            #expect(made.facts.hasPicture && made.videos.allSatisfy { $0.generation.sourceImageID == image })
            #expect(try stage.comparisons.find(slug: made.facts.slug)?.facts.kind == .imageToVideo)
            #expect(try stage.comparisons.pictureKey(of: made.facts.id) == "sources/x/y.jpg")
            let more = try stage.comparisons.add(
                models: ["local-3"], to: made.facts.id, by: stage.admin, hasPremium: true)
            #expect(more.videos.last?.generation.sourceImageID == image)
            var changes = ComparisonChanges()
            changes.isPublic = false
            _ = try stage.comparisons.change(made.facts.id, changes, by: stage.admin)
            #expect(try stage.comparisons.pictureKey(of: made.facts.id) == nil)
            try stage.superuser.execute("delete from source_images")
            #expect(
                stage.code {
                    _ = try stage.comparisons.add(
                        models: ["local-4"], to: made.facts.id, by: stage.admin, hasPremium: true)
                } == "image_gone")
        }
    }

    @Test(
        "ARENA-01 a provider that dies in the middle leaves what is finished, and its refused runs can be tried again")
    func providerDies() throws {
        try ComparisonStage.run { stage in
            let made = try stage.comparisons.create(stage.request(models: 4), by: stage.admin, hasPremium: true)
                .comparison
            let runs = made.videos.map(\.generation)
            try stage.complete(runs[0])
            // One run has begun, and two wait, when the provider is taken away.
            _ = try stage.jobs.one(
                "select outcome from begin_submission(\(runs[1].id), 1, 100, interval '10 minutes')", as: String.self)
            for run in runs.dropFirst() { try stage.fail(run) }
            let shown = try #require(try stage.comparisons.find(slug: made.facts.slug))
            #expect(shown.videos.map(\.generation.id) == [runs[0].id] && shown.facts.completedVideos == 1)
            let listed = try stage.comparisons.list(ComparisonSearch(), for: stage.admin).page.items
            #expect(listed.first?.videos == 4 && listed.first?.failedVideos == 3)
            let votes = VideoVotes(database: stage.web)
            #expect(try votes.change(stage.ballot(runs[0].id, 1)) == 1)
            #expect(stage.code { _ = try votes.change(stage.ballot(runs[1].id, 1)) } == "video_not_found")
            for run in runs.dropFirst() {
                try stage.complete(try stage.generations.retry(run.id, by: stage.admin).generation)
            }
            #expect(try stage.comparisons.find(slug: made.facts.slug)?.videos.count == 4)
            let kept: Int = try stage.superuser.one("select vote_count from comparisons")
            #expect(kept == 1, "the vote stays")
        }
    }

    @Test("ARENA-01 further models get the same request; a model has one video in a comparison")
    func add() throws {
        try ComparisonStage.run { stage in
            let made = try stage.comparisons.create(stage.request(), by: stage.admin, hasPremium: true).comparison
            let more = try stage.comparisons.add(
                models: ["local-4"], to: made.facts.id, by: stage.admin, hasPremium: true)
            #expect(more.videos.count == 4 && more.videos.last?.generation.seed == made.facts.seed)
            #expect(more.videos.last?.generation.prompt == made.facts.prompt)
            #expect(
                stage.code {
                    _ = try stage.comparisons.add(
                        models: ["local-2"], to: made.facts.id, by: stage.admin, hasPremium: true)
                } == "model_present")
            #expect(try stage.superuser.one("select count(*)::int from generations", as: Int.self) == 4)
        }
    }

    @Test("ARENA-02 search, type, tag, length and resolution narrow the list; featured ones come first, page by page")
    func list() throws {
        try ComparisonStage.run { stage in
            var first = stage.request("Harbour", models: 1, prompt: "A robot on the quay")
            first.tags = ["Robots"]
            let harbour = try stage.made(first)
            var second = stage.request("The ROBOT", models: 1, prompt: "Rust")
            second.duration = .seconds(8)
            let robot = try stage.made(second)
            var third = stage.request("Fog", models: 1, prompt: "Fog")
            third.isFeatured = true
            let fog = try stage.made(third)
            var hidden = stage.request("Secret robot", models: 1, prompt: "Robot")
            hidden.isPublic = false
            let secret = try stage.made(hidden)
            func slugs(_ change: (inout ComparisonSearch) -> Void) throws -> [String] {
                var search = ComparisonSearch()
                change(&search)
                let (page, count) = try stage.comparisons.list(search)
                #expect(count.found == page.items.count)
                return page.items.map(\.facts.slug)
            }
            #expect(try slugs { _ in } == ["fog", "the-robot", "harbour"])
            #expect(try slugs { $0.text = "ROBOT" } == ["the-robot", "harbour"])
            #expect(try slugs { $0.text = "rob" } == ["the-robot", "harbour"], "the last word may be typed in part")
            #expect(try slugs { $0.tag = "robots" } == ["harbour"])
            #expect(try slugs { $0.kind = .imageToVideo } == [])
            #expect(try slugs { $0.leastMs = 8_000 } == ["the-robot"])
            #expect(try slugs { $0.leastShortSide = 720 } == ["fog", "the-robot", "harbour"])
            #expect(try slugs { $0.leastShortSide = 721 } == [])
            #expect(try slugs { $0.since = Date(timeIntervalSinceNow: 86_400) } == [])
            var page = ComparisonSearch()
            page.page = PageRequest(limit: 2)
            let one = try stage.comparisons.list(page).page
            page.page = PageRequest(limit: 2, cursor: one.nextCursor)
            let two = try stage.comparisons.list(page).page
            #expect(
                (one.items + two.items).map(\.facts.slug) == ["fog", "the-robot", "harbour"] && two.nextCursor == nil)
            var search = ComparisonSearch()
            search.visibility = .private
            #expect(
                try stage.comparisons.list(search, for: stage.admin).page.items.map(\.facts.id) == [secret.facts.id])
            search.visibility = .featured
            #expect(try stage.comparisons.list(search, for: stage.admin).page.items.map(\.facts.id) == [fog.facts.id])
            #expect(try stage.comparisons.list(ComparisonSearch(), for: stage.admin).count.found == 4)
            let votes = VideoVotes(database: stage.web)
            _ = try votes.change(stage.ballot(harbour.videos[0].generation.id, 1))
            #expect(try slugs { $0.order = .votes }.first == "harbour")
            #expect(try stage.comparisons.find(secret.facts.id) == nil && stage.comparisons.find(robot.facts.id) != nil)
        }
    }

    @Test(
        "ARENA-03 ARENA-10 what is unpublished or archived leaves lists, counts and addresses, and its files are private again"
    )
    func publishing() throws {
        try ComparisonStage.run { stage in
            var request = stage.request(models: 2)
            request.tags = ["Storm"]
            let made = try stage.made(request)
            let video = made.videos[0].generation.id
            #expect(try stage.tags.listed().map(\.listed) == [1])
            #expect(try stage.generations.access(video, for: nil) == .everybody)
            var changes = ComparisonChanges()
            changes.isPublic = false
            _ = try stage.comparisons.change([made.facts.id, UUID()], changes, by: stage.admin)
            #expect(try stage.comparisons.find(slug: made.facts.slug) == nil && stage.tags.listed().isEmpty)
            #expect(try stage.generations.access(video, for: nil) == .nobody)
            #expect(try stage.comparisons.list(ComparisonSearch()).count.found == 0)
            changes.isPublic = true
            changes.isArchived = true
            let archived = try stage.comparisons.change(made.facts.id, changes, by: stage.admin)
            #expect(!archived.facts.isListed && archived.facts.publishedAt == made.facts.publishedAt)
            #expect(try stage.generations.access(video, for: nil) == .nobody)
            changes.isArchived = false
            changes.title = "Another"
            changes.tags = ["Sea", "Storm"]
            let restored = try stage.comparisons.change(made.facts.id, changes, by: stage.admin)
            #expect(restored.facts.isListed && restored.facts.title == "Another" && restored.facts.tags.count == 2)
            #expect(try stage.tags.listed().map(\.listed) == [1, 1])
            let audited: [String] = try stage.superuser.query(
                "select action from audit_log where action = 'comparison.change' order by id")
            #expect(audited.count == 3)
        }
    }

    @Test(
        "ARENA-03 a comparison is deleted with its videos and votes; a video that its owner deletes takes its votes along"
    )
    func delete() throws {
        try ComparisonStage.run { stage in
            var request = stage.request(models: 3)
            request.tags = ["Storm"]
            let made = try stage.made(request)
            let votes = VideoVotes(database: stage.web)
            for (index, video) in made.videos.enumerated() {
                for voter in 0...index { _ = try votes.change(stage.ballot(video.generation.id, voter)) }
            }
            #expect(try stage.comparisons.find(made.facts.id)?.facts.votes == 6)
            #expect(try stage.generations.delete([made.videos[2].generation.id], of: stage.admin) == 1)
            let left = try #require(try stage.comparisons.find(made.facts.id))
            #expect(left.facts.votes == 3 && left.facts.completedVideos == 2 && left.videos.count == 2)
            #expect(try VideoVotes.drift(in: stage.jobs).isEmpty)
            #expect(try stage.comparisons.delete([made.facts.id, UUID()], by: stage.admin) == [made.facts.id])
            for table: SQL in ["generations", "comparisons", "comparison_videos", "video_votes", "comparison_tags"] {
                #expect(try stage.superuser.one("select count(*)::int from \(sql: table)", as: Int.self) == 0)
            }
            let removals: Int = try stage.superuser.one("select count(*)::int from jobs where kind = 'remove_media'")
            #expect(removals == 2)
        }
    }

    @Test("GDPR-01 the comparisons of an admin who leaves stay with their videos; the votes of a member go")
    func departure() throws {
        try ComparisonStage.run { stage in
            let made = try stage.made(stage.request(models: 2))
            let mira: UUID = try stage.superuser.one("insert into users (username) values ('mira') returning id")
            let votes = VideoVotes(database: stage.web)
            _ = try votes.change(stage.ballot(made.videos[0].generation.id, 1, member: mira))
            _ = try votes.change(stage.ballot(made.videos[0].generation.id, 2))
            try stage.superuser.execute("delete from users where id = \(mira)")
            #expect(try stage.comparisons.find(made.facts.id)?.facts.votes == 1)
            let shown = try stage.comparisons.find(made.facts.id)
            #expect(shown?.videos.map(\.votes) == [1, 0])
        }
    }
}

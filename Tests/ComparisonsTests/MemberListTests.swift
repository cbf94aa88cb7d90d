import Catalog
import Comparisons
import FoundationEssentials
import Generation
import Postgres
import TestSupport
import Testing

@Suite("What members keep of the arena and suggest for it", .requiresPostgres)
struct MemberListTests {
    private func member(_ name: String, _ stage: ComparisonStage) throws -> UUID {
        try stage.superuser.one("insert into users (username) values (\(name)) returning id")
    }

    @Test("ARENA-12 comparisons and models are saved once, listed from the latest, and hidden with what is hidden")
    func favorites() throws {
        try ComparisonStage.run { stage in
            let favorites = Favorites(database: stage.web)
            let (mira, nova) = (try member("mira", stage), try member("nova", stage))
            let fog = try stage.made(stage.request("Fog", models: 1))
            let rain = try stage.made(stage.request("Rain", models: 1))
            for thing in [.comparison(fog.facts.id), .model("local"), .comparison(rain.facts.id), .model("local-2")]
                as [FavoriteThing]
            {
                for _ in 1...2 { try favorites.keep(thing, for: mira) }
            }
            let first = try favorites.comparisons(of: mira, PageRequest(limit: 1))
            let second = try favorites.comparisons(of: mira, PageRequest(limit: 1, cursor: first.nextCursor))
            #expect((first.items + second.items).map(\.facts.slug) == ["rain", "fog"] && second.nextCursor == nil)
            #expect(try favorites.models(of: mira).map(\.slug) == ["local-2", "local"])
            #expect(try favorites.ids(of: mira).comparisons == [fog.facts.id, rain.facts.id])
            #expect(try favorites.ids(of: nova).comparisons.isEmpty && favorites.models(of: nova).isEmpty)
            var changes = ComparisonChanges()
            changes.isPublic = false
            _ = try stage.comparisons.change(rain.facts.id, changes, by: stage.admin)
            #expect(
                try favorites.comparisons(of: mira, PageRequest(limit: 9)).items.map(\.facts.slug) == ["fog"])
            #expect(
                stage.code { try favorites.keep(.comparison(rain.facts.id), for: nova) } == "comparison_not_found")
            #expect(stage.code { try favorites.keep(.model("none"), for: nova) } == "model_not_found")
            try favorites.drop(.comparison(fog.facts.id), for: mira)
            try favorites.drop(.model("local"), for: mira)
            try favorites.drop(.model("local"), for: mira)
            #expect(try favorites.models(of: mira).map(\.slug) == ["local-2"])
            // Nothing is left of a comparison that is deleted, or of a member who leaves.
            _ = try stage.comparisons.delete([rain.facts.id], by: stage.admin)
            #expect(try favorites.ids(of: mira).comparisons.isEmpty)
            // The row policy, for a query that forgets whose rows it reads.
            #expect(try stage.web.one("select count(*)::int from favorites", as: Int.self) == 0)
            try stage.superuser.execute(
                """
                insert into models (slug, model_id, name, maker, provider)
                select 'm-' || number, 'm-' || number, 'M', 'Tests', 'local' from generate_series(1, 500) number
                """)
            try stage.superuser.execute(
                """
                insert into favorites (user_id, model_id, created_at)
                select \(nova), id, now() from models where slug like 'm-%'
                """)
            #expect(stage.code { try favorites.keep(.model("local"), for: nova) } == "favorite_limit")
            try favorites.keep(.model("m-7"), for: nova)
        }
    }

    @Test("ARENA-12 a member's votes and battles are listed page by page, and no one else's")
    func history() throws {
        try ComparisonStage.run { stage in
            let favorites = Favorites(database: stage.web)
            let (mira, nova) = (try member("mira", stage), try member("nova", stage))
            let fog = try stage.made(stage.request("Fog", models: 3))
            let votes = VideoVotes(database: stage.web)
            for video in fog.videos {
                _ = try votes.change(stage.ballot(video.generation.id, 1, member: mira))
            }
            _ = try votes.change(stage.ballot(fog.videos[0].generation.id, 2, member: nova))
            let first = try favorites.votes(of: mira, PageRequest(limit: 2))
            let second = try favorites.votes(of: mira, PageRequest(limit: 2, cursor: first.nextCursor))
            let all = (first.items + second.items).map(\.videoID)
            #expect(all.count == 3 && Set(all) == Set(fog.videos.map(\.generation.id)) && second.nextCursor == nil)
            #expect(first.items[0].slug == "fog" && first.items[0].modelSlug.hasPrefix("local"))
            try stage.superuser.execute(
                """
                with voter as (
                    insert into battle_voters (voter_key, user_id, created_at)
                    values ('user_' || \(mira)::uuid, \(mira), now())
                    returning pseudonym
                )
                insert into battles (
                    pair_id, pseudonym, left_model_id, right_model_id, left_id, right_id, has_source, outcome, cast_at
                )
                select gen_random_uuid(), pseudonym, one.id, other.id, gen_random_uuid(), gen_random_uuid(), false, 'left', now()
                from voter, models one, models other, generate_series(1, 3)
                where one.slug = 'local' and other.slug = 'local-2'
                """)
            let battles = try favorites.battles(of: mira, PageRequest(limit: 2))
            let more = try favorites.battles(of: mira, PageRequest(limit: 2, cursor: battles.nextCursor))
            #expect(battles.items.count == 2 && more.items.count == 1 && more.nextCursor == nil)
            #expect(battles.items[0].leftSlug == "local" && battles.items[0].outcome == "left")
            #expect(try favorites.battles(of: nova, PageRequest(limit: 2)).items.isEmpty)
        }
    }

    @Test("ARENA-11 members suggest and vote; an admin makes a comparison of one and declines another with a reason")
    func suggestions() throws {
        try ComparisonStage.run { stage in
            let suggestions = Suggestions(database: stage.web)
            let (mira, nova) = (try member("mira", stage), try member("nova", stage))
            func suggest(_ prompt: String, _ models: [String] = []) throws -> UUID {
                try suggestions.create(.textToVideo, prompt: prompt, note: "", models: models, by: mira)
            }
            let fog = try suggest("Fog over a river", ["local", "local-2"])
            let rain = try suggest("Rain on glass")
            #expect(stage.code { _ = try suggest("FOG over a river") } == "suggestion_repeated")
            #expect(stage.code { _ = try suggest("Snow", ["none"]) } == "model_not_found")
            #expect(stage.code { _ = try suggestions.vote(fog, isCast: true, by: mira) } == "own_suggestion")
            for _ in 1...2 { #expect(try suggestions.vote(rain, isCast: true, by: nova) == 1) }
            func open(_ reader: UUID?) throws -> [Suggestion] {
                try suggestions.list(.open, .votes, PageRequest(limit: 9), for: reader).items
            }
            #expect(try open(nil).map(\.id) == [rain, fog])
            #expect(try open(nova).map(\.hasVoted) == [true, false] && open(mira).allSatisfy(\.isOwn))
            #expect(try open(nil)[1].models.map(\.slug) == ["local-2", "local"] && open(nil)[1].author == "mira")
            var request = stage.request("Fog", models: 2, prompt: "Fog over a river")
            request.suggestion = fog
            let made = try stage.comparisons.create(request, by: stage.admin, hasPremium: true).comparison
            // Made twice, the second comparison is refused as a whole.
            #expect(
                stage.code { _ = try stage.comparisons.create(request, by: stage.admin, hasPremium: true) }
                    == "suggestion_decided")
            #expect(try stage.superuser.one("select count(*)::int from comparisons", as: Int.self) == 1)
            #expect(try suggestions.find(fog, for: mira)?.comparison?.slug == made.facts.slug)
            try suggestions.decline(rain, why: "It was compared in May.", by: stage.admin)
            #expect(stage.code { try suggestions.decline(rain, why: "x", by: stage.admin) } == "suggestion_decided")
            #expect(try suggestions.find(rain, for: mira)?.answer == "It was compared in May.")
            #expect(try suggestions.find(rain, for: nova) == nil && open(nil).isEmpty)
            #expect(
                stage.code { _ = try suggestions.vote(rain, isCast: true, by: nova) } == "suggestion_not_found")
            #expect(try suggestions.own(mira).count == 2)
            #expect(throws: (any Error).self) { try suggestions.decline(fog, why: "x", by: mira) }
            for number in 1...5 { _ = try suggest("Number \(number)") }
            #expect(stage.code { _ = try suggest("Number 6") } == "suggestion_limit")
            // The votes of a member who leaves go.
            let last = try #require(try open(nil).first)
            _ = try suggestions.vote(last.id, isCast: true, by: nova)
            try stage.superuser.execute("delete from users where id = \(nova)")
            #expect(try suggestions.find(last.id, for: nil)?.votes == 0)
        }
    }
}

internal import Catalog
public import Comparisons
public import FoundationEssentials
internal import Generation
public import HTTP
public import Identity
internal import Platform
internal import Postgres
internal import SharedHandlers
internal import Text

/// The routes of comparisons, of the votes for their videos and of their tags.
public enum ComparisonRoutes {
    /// Every route of the group. `hasPremium` says whether a member may run premium models.
    public static func routes(
        _ comparisons: Comparisons, tags: Tags, votes: VideoVotes, identity: IdentityService,
        hasPremium: @escaping @Sendable (UUID) throws -> Bool
    ) -> [Route] {
        publicRoutes(comparisons) + adminRoutes(comparisons, hasPremium) + voteRoutes(comparisons, votes, identity)
            + tagRoutes(tags)
    }

    private static let filters: [QueryParameter] = [
        .optional("q", .text(1...100), "Words of title, prompt or description; the last one may be typed in part."),
        .optional("type", .comparisonType, "Only comparisons of this type."),
        .optional("tag", .string(1...40), "Only comparisons with this tag."),
        .optional("since", .dateTime, "Only comparisons since then."),
        .optional("minSeconds", .number(0...600), "Only comparisons at least this long."),
        .optional("maxSeconds", .number(0...600), "Only comparisons at most this long."),
        .optional("resolution", .integer(1...10_000), "Only with a video of so many pixels on its shorter side."),
    ]

    private static func seconds(_ context: Context, _ name: String) -> Int? {
        (try? context.value(query: name, as: Double.self)).flatMap(\.self).map { Int($0 * 1_000) }
    }

    private static func search(_ context: Context) -> ComparisonSearch {
        var search = ComparisonSearch()
        search.text = context.text(query: "q")?.trimmed ?? ""
        search.kind = context.text(query: "type").flatMap(ModelCapability.init)
        search.tag = context.text(query: "tag")
        search.since = context.text(query: "since").flatMap { Date(rfc3339: $0) }
        search.leastMs = seconds(context, "minSeconds")
        search.mostMs = seconds(context, "maxSeconds")
        search.leastShortSide = context.integer(query: "resolution")
        search.page = context.pageRequest
        return search
    }

    private static func publicRoutes(_ comparisons: Comparisons) -> [Route] {
        [
            .get(
                "/api/comparisons", access: .any,
                query: filters + [
                    .optional(
                        "sort", .choice(ComparisonSearch.Order.allCases.map(\.rawValue)),
                        "`newest`, with featured ones first, unless named.")
                ] + .paging(default: 24, cap: 100),
                cache: .publicCache(seconds: 30, stale: 60), features: ["ARENA-02"],
                summary: "The public comparisons."
            ) { context in
                var search = search(context)
                search.order = context.text(query: "sort").flatMap(ComparisonSearch.Order.init) ?? .newest
                let (page, count) = try comparisons.list(search)
                return ComparisonList(page: page, count: count)
            },
            .get(
                "/api/comparisons/[id]", access: .any, features: ["ARENA-02"],
                summary: "A public comparison with its finished videos."
            ) { context in try answer(try comparisons.find(try context.uuid("id"))) },
            .get(
                "/api/comparisons/slug/[slug]", access: .any, features: ["ARENA-02"],
                summary: "The public comparison with a slug."
            ) { context in try answer(try comparisons.find(slug: context.parameter("slug"))) },
        ]
    }

    private static func answer(_ found: Comparison?) throws -> ComparisonAnswer {
        guard let found else { throw ComparisonRefusal.notFound }
        return ComparisonAnswer(comparison: found)
    }

    private static func adminRoutes(
        _ comparisons: Comparisons, _ hasPremium: @escaping @Sendable (UUID) throws -> Bool
    ) -> [Route] {
        [
            .get(
                "/api/admin/comparisons", access: .admin, limit: .api,
                query: filters + [
                    .optional(
                        "visibility", .choice(ComparisonSearch.Visibility.allCases.map(\.rawValue)),
                        "Only public, private, featured or archived comparisons.")
                ] + .paging(default: 50, cap: 200),
                features: ["ARENA-03", "ADM-05"], summary: "All comparisons from the newest."
            ) { context in
                var search = search(context)
                search.visibility = context.text(query: "visibility").flatMap(ComparisonSearch.Visibility.init)
                let (page, count) = try comparisons.list(search, for: try context.member().id)
                return ComparisonList(page: page, count: count)
            },
            .get(
                "/api/admin/comparisons/[id]", access: .admin, features: ["ARENA-03"],
                summary: "A comparison with every video, also those that failed."
            ) { context in
                guard let found = try comparisons.find(try context.uuid("id"), for: try context.member().id) else {
                    throw ComparisonRefusal.notFound
                }
                return AdminComparison(comparison: found)
            },
            .post(
                "/api/admin/comparisons/quote", access: .admin, limit: .read, body: QuoteComparisonInput.self,
                features: ["ARENA-01", "PRICE-03"],
                summary: "What a comparison would cost, model by model, and why a model cannot make the video."
            ) { context, input in
                let admin = try context.member().id
                return QuoteAnswer(
                    quote: try comparisons.quote(input.request, hasPremium: try hasPremium(admin), for: admin))
            },
            .post(
                "/api/comparisons", access: .admin, flag: "generation_enabled", body: CreateComparisonInput.self,
                answers: [200: AdminComparison.schema, 201: AdminComparison.schema],
                features: ["ARENA-01", "GEN-17"],
                summary:
                    "Makes a comparison and asks every model for its video at once. `Idempotency-Key` makes a repetition the same request."
            ) { context, input in
                let admin = try context.member().id
                let made = try comparisons.create(
                    input.request(key: try context.idempotencyKey()), by: admin, hasPremium: try hasPremium(admin))
                let answer = AdminComparison(comparison: made.comparison)
                return made.isRepeated
                    ? Response.json(answer)
                    : Response.created(answer, at: "/admin/comparisons/" + made.comparison.facts.id.text)
            }.afterTerms(),
            .post(
                "/api/comparisons/[id]/models", access: .admin, flag: "generation_enabled", body: AddModelsInput.self,
                features: ["ARENA-01"], summary: "Asks further models for the video of a comparison."
            ) { context, input in
                let admin = try context.member().id
                return AdminComparison(
                    comparison: try comparisons.add(
                        models: input.models, to: try context.uuid("id"), by: admin, hasPremium: try hasPremium(admin)))
            }.afterTerms(),
            .post(
                "/api/comparisons/[id]/reruns", access: .admin, flag: "generation_enabled", body: RerunInput.self,
                features: ["ARENA-13"],
                summary: "Makes videos again, with a new seed. Each takes the old one's place when it is finished."
            ) { context, input in
                let admin = try context.member().id
                return AdminComparison(
                    comparison: try comparisons.rerun(
                        input.videos, of: try context.uuid("id"), by: admin, hasPremium: try hasPremium(admin)))
            }.afterTerms(),
            .patch(
                "/api/comparisons/[id]", access: .admin, body: ChangeComparisonInput.self,
                features: ["ARENA-03", "ARENA-10"],
                summary: "Changes title, description, tags, and whether it is public, featured or archived."
            ) { context, input in
                AdminComparison(
                    comparison: try comparisons.change(
                        try context.uuid("id"), input.changes, by: try context.member().id))
            },
            .delete(
                "/api/comparisons/[id]", access: .admin, features: ["ARENA-03"],
                summary: "Deletes a comparison with its videos, their votes and files."
            ) { context in
                let id = try context.uuid("id")
                guard try comparisons.delete([id], by: try context.member().id) == [id] else {
                    throw ComparisonRefusal.notFound
                }
                return Done()
            },
            .post(
                "/api/admin/comparisons/bulk", access: .admin, bodyLimit: 1_048_576, body: ChangeComparisonsInput.self,
                features: ["ARENA-03", "ARENA-10"],
                summary: "Publishes, features, archives or deletes several comparisons, or undoes that."
            ) { context, input in
                let admin = try context.member().id
                let ids =
                    input.action == .delete
                    ? try comparisons.delete(input.ids, by: admin)
                    : try comparisons.change(input.ids, input.changes, by: admin)
                return ComparisonsChanged(ids: ids)
            },
        ]
    }

    private static func voteRoutes(
        _ comparisons: Comparisons, _ votes: VideoVotes, _ identity: IdentityService
    ) -> [Route] {
        @Sendable
        func change(_ context: Context, isUndo: Bool) throws -> Response {
            let voter = context.voter(identity)
            let count = try votes.change(
                VideoBallot(
                    videoID: try context.uuid("id"), voterKey: voter.key, deviceKey: voter.deviceKey,
                    cookieHash: voter.cookieHash, member: voter.member, network: voter.network, isUndo: isUndo))
            return Response.json(VideoVoteAnswer(votes: count))
        }
        return [
            .post(
                "/api/videos/[id]/vote", access: .any, limit: .arenaVote,
                answers: [200: VideoVoteAnswer.schema], features: ["ARENA-04"],
                summary: "Votes for a video of a public comparison, once for each voter."
            ) { context in try change(context, isUndo: false) },
            .delete(
                "/api/videos/[id]/vote", access: .any, limit: .arenaVote,
                answers: [200: VideoVoteAnswer.schema], features: ["ARENA-04"],
                summary: "Takes the vote for a video back."
            ) { context in try change(context, isUndo: true) },
            .get(
                "/api/comparisons/[id]/votes", access: .any, answers: [200: OwnVideoVotes.schema],
                features: ["ARENA-04"],
                summary:
                    "The votes of a public comparison's videos, and those of the caller. Gives browsers their voter cookie."
            ) { context in
                let id = try context.uuid("id")
                guard let found = try comparisons.find(id) else { throw ComparisonRefusal.notFound }
                let voter = context.voter(identity)
                let answer = OwnVideoVotes(
                    own: try votes.own(in: id, voterKey: voter.key, cookieHash: voter.cookieHash),
                    counts: Dictionary(
                        uniqueKeysWithValues: found.videos.map { ($0.generation.id.text, $0.votes) }))
                let response = Response.json(answer)
                guard context.request.cookies[identity.cookies.voter].flatMap(VoterCookie.init) == nil else {
                    return response
                }
                return response.setting(
                    SetCookie(
                        identity.cookies.voter, VoterCookie.random().text, maxAge: CookieNames.voterLife,
                        isSecure: identity.cookies.isSecure))
            },
        ]
    }

    private static func tagRoutes(_ tags: Tags) -> [Route] {
        [
            .get(
                "/api/tags", access: .any, cache: .publicCache(seconds: 30, stale: 60), features: ["ARENA-02"],
                summary: "The tags of public comparisons, with how many have each."
            ) { _ in TagList(tags: try tags.listed()) },
            .get(
                "/api/admin/tags", access: .admin, limit: .api, features: ["ARENA-03"], summary: "Every tag."
            ) { _ in AdminTagList(tags: try tags.all()) },
            .post(
                "/api/admin/tags", access: .admin, body: CreateTagInput.self, answers: [201: AdminTagList.schema],
                features: ["ARENA-03"], summary: "Makes a tag."
            ) { context, input in
                try tags.create(input.name, by: try context.member().id)
                return Response.json(AdminTagList(tags: try tags.all()), status: 201)
            },
            .patch(
                "/api/admin/tags", access: .admin, body: ChangeTagInput.self, features: ["ARENA-03"],
                summary: "Renames a tag, or merges it into another one."
            ) { context, input in
                let admin = try context.member().id
                switch (input.name, input.into) {
                case (let name?, nil): try tags.rename(input.id, to: name, by: admin)
                case (nil, let other?): try tags.merge(input.id, into: other, by: admin)
                default:
                    throw Problem.invalid("name", "contradiction", "Give either a name or the tag to merge into.")
                }
                return AdminTagList(tags: try tags.all())
            },
            .delete(
                "/api/admin/tags", access: .admin, body: DeleteTagInput.self, features: ["ARENA-03"],
                summary: "Deletes a tag. Its comparisons stay."
            ) { context, input in
                try tags.delete(input.id, by: try context.member().id)
                return AdminTagList(tags: try tags.all())
            },
        ]
    }
}

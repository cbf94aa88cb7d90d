public import Battles
internal import FoundationEssentials
public import HTTP
public import Identity
internal import Refusals
public import SharedHandlers
internal import Storage
internal import Text

/// The routes of blind battles.
public enum BattleRoutes {
    /// Every route of the group. `sources` says where files are that are not on nginx's machine.
    public static func routes(
        _ battles: Battles, _ identity: IdentityService, sources: @escaping MediaSources
    ) -> [Route] {
        [
            .get(
                "/api/battles/next", access: .any,
                query: [
                    .optional("after", .uuid, "The pair that the caller is looking at, which must not come again.")
                ],
                features: ["ARENA-07"],
                summary:
                    "Two videos of one prompt by different models that the caller has not judged, without their names."
            ) { context in
                let open = context.text(query: "after").flatMap { UUID(uuidString: $0) }
                let voter = context.voter(identity)
                return NextBattle(
                    pair: try battles.show(to: voter.key, cookie: voter.cookieHash, after: open).map(ShownPair.init))
            },
            .post(
                "/api/battles", access: .any, limit: .vote, body: JudgeInput.self, features: ["ARENA-07"],
                summary: "Judges a pair by its token, once, and names the models."
            ) { context, input in
                let voter = context.voter(identity)
                return JudgedPair(
                    result: try battles.judge(
                        input.pair, input.outcome,
                        by: BattleVoter(
                            key: voter.key, member: voter.member, device: voter.deviceKey, cookie: voter.cookieHash,
                            network: voter.network, lacksHeaders: context.deviceTraits.lacksBrowserHeaders)))
            }.acceptingForms(.backTo("/battle", saying: "battle-counted")),
            media(battles, sources),
        ]
    }

    /// nginx asks this before it sends a side of a pair, and sends the file that the answer names; see
    /// `nginx/dailies-site.conf`.
    private static func media(_ battles: Battles, _ sources: @escaping MediaSources) -> Route {
        .get(
            "/internal/battle", access: .internal_, limit: nil, answers: [204: nil], features: ["ARENA-07", "SEC-06"],
            summary: "Which file a side of a pair is."
        ) { context in
            let refused = Response(status: 403, headers: ["Cache-Control": "no-store"])
            let path = context.request.server["ORIGINAL_URI"] ?? ""
            guard path.hasPrefix(ShownPair.path), path.hasSuffix(".mp4"),
                let token = UUID(uuidString: String(path.dropFirst(ShownPair.path.count).dropLast(4))),
                let key = try battles.file(token)
            else { return refused }
            var response = Response.media(
                at: sources(key, context.now, 300), caching: "private, max-age=1800", permission: "no-store")
            response.headers["X-Media-File"] = key.text
            return response
        }.asPermission(.asked)
    }
}

private struct JudgeInput: InputShape {
    @Input("The pair's token.") var pair: UUID
    @Input var outcome: BattleOutcome
}

extension BattleOutcome: JSONRepresentable, InputValue {}

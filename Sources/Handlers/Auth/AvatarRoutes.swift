internal import HTTP
internal import Identity
internal import Text

extension AuthRoutes {
    /// The path of the generated picture of a seed.
    static func avatarPath(seed: String) -> String { "/api/avatar/" + Text.percentEncode(seed) }

    static func avatarRoutes() -> [Route] {
        [
            .get(
                "/api/avatar/[seed]", access: .any, answers: [200: nil], cache: .immutable, features: ["AUTH-03"],
                summary: "The generated picture of a member, as SVG."
            ) { context in
                let seed = context.parameter("seed")
                guard (1...Avatar.seedLimit).contains(seed.utf8.count) else { throw Problem.notFound() }
                return Response.content(Array(Avatar.svg(seed: seed).utf8), type: "image/svg+xml")
            }
        ]
    }
}

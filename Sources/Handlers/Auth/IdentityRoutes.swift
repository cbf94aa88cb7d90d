internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Logging
internal import Refusals
internal import SignIn
internal import Text

extension AuthRoutes {
    private struct LinkingInput: Schematic, Decodable {
        let next: String?

        static let schema = Schema.object([
            .optional("next", .string(1...512), "The page of this site to come back to.")
        ]).named("LinkIdentity")
    }

    private struct RemovalInput: Schematic, Decodable {
        let id: UUID

        static let schema = Schema.object([.required("id", .uuid, "The way in to take away.")]).named("RemoveIdentity")
    }

    private struct IdentityAnswer: Encodable {
        let id, provider, label: String
        let email: String?
        let emailVerified: Bool
        let createdAt: String
        let lastUsedAt: String?

        init(_ identity: LinkedIdentity, _ signIn: SignInService) {
            let provider = signIn.providers.first { $0.key == identity.providerKey }
            id = identity.id.uuidString.lowercased()
            self.provider = provider?.name ?? identity.providerKey
            label = provider?.label ?? (identity.providerKey == "email" ? "E-mail" : identity.providerKey)
            email = identity.email
            emailVerified = identity.emailIsVerified
            createdAt = identity.createdAt.rfc3339
            lastUsedAt = identity.lastUsedAt?.rfc3339
        }

        static let schema = Schema.object([
            .required("id", .uuid), .required("provider", .string(1...300)), .required("label", .string(1...300)),
            .optional("email", .string(), "What the provider told."), .required("emailVerified", .boolean),
            .required("createdAt", .dateTime), .optional("lastUsedAt", .dateTime),
        ]).named("Identity")
    }

    static func identityRoutes(_ identity: IdentityService, _ signIn: SignInService) -> [Route] {
        [
            startLinking(identity, signIn).forPeopleOnly().afterRecentSignIn(), list(signIn).forPeopleOnly(),
            remove(signIn).forPeopleOnly().afterRecentSignIn(),
        ]
    }

    /// A change rather than a link to follow: no other site may make a member's browser add a way in.
    private static func startLinking(_ identity: IdentityService, _ signIn: SignInService) -> Route {
        .post(
            "/api/auth/[provider]/start", access: .member, limit: .auth, body: LinkingInput.self,
            answers: [200: .object([.required("url", .string(), "The provider's page to go to.")])],
            features: ["AUTH-05"], summary: "Begins to link a further way in to one's own account."
        ) { context, input in
            guard let provider = signIn.provider(context.parameter("provider")) else {
                throw Problem.notFound("provider_unknown", "There is no such provider here.")
            }
            do {
                let start = try signIn.start(
                    provider, next: input.next, linking: try context.member().id,
                    browser: identity.signInCookie(of: context.request))
                return try Response.json(["url": start.url]).setting(identity.signInCookie(start.browser))
            } catch SignInError.refused(let refusal) {
                context.log.warning(
                    "linking failed", ["reason": .string(refusal.code), "error": .string(refusal.detail)])
                throw Problem.unavailable(
                    "provider_unavailable", "\(provider.label) does not answer properly. Nothing was changed.",
                    retryAfter: 30)
            }
        }
    }

    private static func list(_ signIn: SignInService) -> Route {
        .get(
            "/api/auth/identities", access: .member, limit: .auth,
            answers: [200: .object([.required("identities", .array(IdentityAnswer.schema))])],
            features: ["AUTH-05"], summary: "One's own ways in by providers, the oldest first."
        ) { context in
            let identities = try signIn.identities(of: try context.member().id)
            return try .json(["identities": identities.map { IdentityAnswer($0, signIn) }])
        }
    }

    private static func remove(_ signIn: SignInService) -> Route {
        .delete(
            "/api/auth/identities", access: .member, limit: .auth, body: RemovalInput.self, answers: [204: nil],
            features: ["AUTH-05"], summary: "Takes one of one's own ways in away, never the last one."
        ) { context, input in
            let member = try context.member()
            try refusing { try signIn.remove(input.id, of: member.id) }
            return .noContent
        }
    }
}

internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import SignIn

extension AuthRoutes {
    private struct LinkProviderInput: InputShape {
        @Input(.string(1...512), "The page of this site to return to.") var next: String?
    }

    private struct RemoveIdentityInput: InputShape {
        @Input("The sign-in method to remove.") var id: UUID
    }

    private struct LinkingStarted: Shaped {
        let url: String

        static let shape = Shape<LinkingStarted>("LinkingStarted") {
            Field("url", \.url, "The provider's page to open.")
        }
    }

    private struct ListedIdentity: Shaped {
        let identity: LinkedIdentity
        /// Nil when the provider is not set up any more.
        let provider: SignInService.Provider?

        init(_ identity: LinkedIdentity, _ signIn: SignInService) {
            self.identity = identity
            provider = signIn.providers.first { $0.key == identity.providerKey }
        }

        var name: String { provider?.name ?? identity.providerKey }

        var label: String {
            provider?.label ?? (identity.providerKey == "email" ? "E-mail" : identity.providerKey)
        }

        static let shape = Shape<ListedIdentity>("Identity") {
            Field("id", \.identity.id)
            Field("provider", \.name, .string(1...300))
            Field("label", \.label, .string(1...300), "The provider's name for people.")
            Field("email", \.identity.email, "The address that the provider reported.")
            Field("emailVerified", \.identity.emailIsVerified, "Whether the provider has verified the address.")
            Field("createdAt", \.identity.createdAt)
            Field("lastUsedAt", \.identity.lastUsedAt)
        }
    }

    private struct IdentityList: Shaped {
        let identities: [ListedIdentity]

        static let shape = Shape<IdentityList>("IdentityList") {
            Field("identities", \.identities)
        }
    }

    static func identityRoutes(_ identity: IdentityService, _ signIn: SignInService) -> [Route] {
        [
            startLinking(identity, signIn).forPeopleOnly().afterRecentSignIn(), list(signIn).forPeopleOnly(),
            remove(signIn).forPeopleOnly().afterRecentSignIn(),
        ]
    }

    /// A change rather than a link to follow: no other site can make a member's browser add a sign-in method.
    private static func startLinking(_ identity: IdentityService, _ signIn: SignInService) -> Route {
        .post(
            "/api/auth/[provider]/start", access: .member, limit: .auth, body: LinkProviderInput.self,
            answers: [200: LinkingStarted.schema], features: ["AUTH-05"],
            summary: "Starts linking another provider to your account."
        ) { context, input in
            guard let provider = signIn.provider(context.parameter("provider")) else {
                throw SignInRefusal(.unknownProvider, detail: "no such provider")
            }
            let start = try signIn.start(
                provider, next: input.next, linking: try context.member().id,
                browser: identity.signInCookie(of: context.request))
            return Response.json(LinkingStarted(url: start.url)).setting(identity.signInCookie(start.browser))
        }
    }

    private static func list(_ signIn: SignInService) -> Route {
        .get(
            "/api/auth/identities", access: .member, limit: .api, features: ["AUTH-05"],
            summary: "Your sign-in methods, the oldest first."
        ) { context in
            let identities = try signIn.identities(of: try context.member().id)
            return IdentityList(identities: identities.map { ListedIdentity($0, signIn) })
        }
    }

    private static func remove(_ signIn: SignInService) -> Route {
        .delete(
            "/api/auth/identities", access: .member, limit: .api, body: RemoveIdentityInput.self,
            answers: [204: nil], features: ["AUTH-05"],
            summary: "Removes one of your sign-in methods, but never the last one."
        ) { context, input in
            try signIn.remove(input.id, of: try context.member().id)
            return Response.noContent
        }
    }
}

internal import HTTP
internal import Identity
internal import Logging
internal import Refusals
internal import SharedHandlers

extension AuthRoutes {
    private struct UseSignInLinkInput: InputShape {
        @Input(.string(1...200), "The token in the link.") var token: String
    }

    private struct SignInLinkState: Shaped {
        let state: SignInLinks.State

        static let shape = Shape<SignInLinkState>("SignInLinkState") {
            Field("state", \.state)
        }
    }

    static func signInRoutes(_ identity: IdentityService) -> [Route] {
        [
            state(identity).forPeopleOnly().withSecretQuery(), use(identity).forPeopleOnly(),
            signOut(identity).forPeopleOnly().acceptingForms(
                .backTo("/settings", onSuccess: "/sign-in", saying: "signed-out")),
        ]
    }

    private static func state(_ identity: IdentityService) -> Route {
        .get(
            "/api/auth/link", access: .any, limit: .api,
            query: [.required("token", .string(1...200), "The token in the link.")], features: ["AUTH-01"],
            summary: "Whether a sign-in link is still valid. This does not use it."
        ) { context in
            let token = context.text(query: "token") ?? ""
            return SignInLinkState(state: try SignInLinks.state(token, in: identity.database))
        }
    }

    private static func use(_ identity: IdentityService) -> Route {
        .post(
            "/api/auth/link", access: .any, limit: .auth, refusesBanned: false, body: UseSignInLinkInput.self,
            answers: [200: Account.schema], features: ["AUTH-01", "AUTH-02"],
            summary: "Uses a sign-in link, which begins a session."
        ) { context, input in
            let request = context.request
            let token: OpaqueToken
            do throws(SignInLinkError) {
                token = try SignInLinks.signIn(
                    input.token, replacing: request.cookies[identity.cookies.session].flatMap(OpaqueToken.init),
                    deviceKey: identity.voterKeys.device(context.deviceTraits),
                    userAgent: request.headers["User-Agent"] ?? "", sessionDays: identity.sessionDays,
                    in: identity.database
                ).session
            } catch {
                if let refusal = error.refusal {
                    context.log.notice("sign-in refused", ["reason": .string(refusal.code)])
                }
                throw error
            }
            guard let session = try identity.sessions.find(token, at: context.now) else {
                throw Problem.unavailable()
            }
            return Response.json(Account(session: session)).setting(identity.sessionCookie(token))
        }
    }

    private static func signOut(_ identity: IdentityService) -> Route {
        .post(
            "/api/auth/signout", access: .any, limit: .api, refusesBanned: false, answers: [204: nil],
            features: ["AUTH-02"], summary: "Ends the session, in every process at once."
        ) { context in
            if let member = context.caller.member {
                try Sessions.end(member.sessionID, of: member.id, in: identity.database)
                identity.forget(session: member.sessionID)
            }
            return Response.noContent.setting(identity.noSessionCookie)
        }
    }
}

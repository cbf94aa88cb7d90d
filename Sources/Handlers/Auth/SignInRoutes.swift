internal import HTTP
internal import Identity
internal import Logging
internal import Refusals
internal import Text

extension AuthRoutes {
    private struct LinkInput: Schematic, Decodable {
        let token: String

        static let schema = Schema.object([.required("token", .string(1...200), "What the link carries.")])
            .named("SignInLink")
    }

    static func signInRoutes(_ identity: IdentityService) -> [Route] {
        [state(identity).forPeopleOnly(), use(identity).forPeopleOnly(), signOut(identity).forPeopleOnly()]
    }

    private static func state(_ identity: IdentityService) -> Route {
        .get(
            "/api/auth/link", access: .any, limit: .auth,
            query: [.required("token", .string(1...200), "What the link carries.")],
            answers: [200: .object([.required("state", .choice(["good", "used", "expired", "unknown"]))])],
            features: ["AUTH-01"], summary: "Whether a sign-in link would still sign somebody in. It stays as it is."
        ) { context in
            let state = try SignInLinks.state(context.text(query: "token") ?? "", in: identity.database)
            return try .json(["state": state.rawValue])
        }
    }

    private static func use(_ identity: IdentityService) -> Route {
        .post(
            "/api/auth/link", access: .any, limit: .auth, refusesBanned: false, body: LinkInput.self,
            answers: [200: AccountAnswer.schema], features: ["AUTH-01", "AUTH-02"],
            summary: "Uses a sign-in link up and begins a session."
        ) { context, input in
            let request = context.request
            let device = DeviceTraits(address: request.clientAddress) { request.headers[$0] }
            do {
                let token = try SignInLinks.signIn(
                    input.token, replacing: request.cookies[identity.cookies.session].flatMap(OpaqueToken.init),
                    deviceKey: identity.voterKeys.device(device), userAgent: request.headers["User-Agent"] ?? "",
                    sessionDays: identity.sessionDays, in: identity.database
                ).session
                guard let session = try identity.sessions.find(token, at: context.now) else {
                    throw Problem.unavailable()
                }
                return try Response.json(AccountAnswer(session)).setting(identity.sessionCookie(token))
            } catch SignInLinkError.refused(let refusal) {
                context.log.notice("sign-in refused", ["reason": .string(refusal.code)])
                throw Problem(refusal)
            }
        }
    }

    private static func signOut(_ identity: IdentityService) -> Route {
        .post(
            "/api/auth/signout", access: .any, limit: .auth, refusesBanned: false, answers: [204: nil],
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

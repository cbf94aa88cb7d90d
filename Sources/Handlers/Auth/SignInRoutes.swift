internal import HTTP
internal import Identity
internal import Logging
internal import Text

extension AuthRoutes {
    private struct LinkInput: Schematic, Decodable {
        let token: String

        static let schema = Schema.object([.required("token", .string(1...200), "What the link carries.")])
            .named("SignInLink")
    }

    static func signInRoutes(_ identity: IdentityService) -> [Route] {
        [
            state(identity).forPeopleOnly(), use(identity).forPeopleOnly(),
            signOut(identity).forPeopleOnly().acceptingForms(
                .backTo("/settings", onSuccess: "/sign-in", saying: "signed-out")),
        ]
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
            let outcome = try SignInLinks.signIn(
                input.token, replacing: request.cookies[identity.cookies.session].flatMap(OpaqueToken.init),
                deviceKey: identity.voterKeys.device(device), userAgent: request.headers["User-Agent"] ?? "",
                sessionDays: identity.sessionDays, in: identity.database)
            switch outcome {
            case .refused(let state):
                context.log.notice("sign-in refused", ["reason": .string(state.rawValue)])
                throw refusal(state)
            case .signedIn(let token, _):
                guard let session = try identity.sessions.find(token, at: context.now) else {
                    throw Problem.unavailable()
                }
                return try Response.json(AccountAnswer(session)).setting(identity.sessionCookie(token))
            }
        }
    }

    private static func refusal(_ state: SignInLinks.State) -> Problem {
        switch state {
        case .used: .conflict("link_used", "This link has been used. Ask for another one.")
        case .expired: .conflict("link_expired", "This link is too old. Ask for another one.")
        case .good, .unknown: .notFound("link_unknown", "There is no such link. Check that it is complete.")
        }
    }

    private static func signOut(_ identity: IdentityService) -> Route {
        .post(
            "/api/auth/signout", access: .any, limit: .auth, refusesBanned: false, answers: [204: nil],
            features: ["AUTH-02"], summary: "Ends the session, in every process at once."
        ) { context in
            if let member = context.caller.member {
                try Sessions.end(member.sessionID, of: member.id, in: identity.database)
                // This process need not wait for the news of what it did itself.
                identity.sessions.hear("session:" + member.sessionID)
            }
            return Response.noContent.setting(identity.noSessionCookie)
        }
    }
}

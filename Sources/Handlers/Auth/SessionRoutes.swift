internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Text

extension AuthRoutes {
    private struct EndInput: Schematic, Decodable {
        let id: String?
        let others: Bool?

        static let schema = Schema.object([
            .optional("id", .string(64...64), "The session to end."),
            .optional("others", .boolean, "Ends every session but this one."),
        ]).named("EndSessions")
    }

    private struct SessionAnswer: Encodable {
        let id: String
        let isCurrent: Bool
        let createdAt, lastSeenAt, expiresAt: String
        let userAgent: String

        init(_ session: SessionSummary, current: String) {
            id = session.id
            isCurrent = session.id == current
            createdAt = session.createdAt.rfc3339
            lastSeenAt = session.lastSeenAt.rfc3339
            expiresAt = session.expiresAt.rfc3339
            userAgent = session.userAgent
        }

        static let schema = Schema.object([
            .required("id", .string(64...64)), .required("isCurrent", .boolean), .required("createdAt", .dateTime),
            .required("lastSeenAt", .dateTime, "To the hour."), .required("expiresAt", .dateTime),
            .required("userAgent", .string()),
        ]).named("Session")
    }

    static func sessionRoutes(_ identity: IdentityService) -> [Route] {
        [current(identity).forPeopleOnly(), list(identity).forPeopleOnly(), end(identity).forPeopleOnly()]
    }

    private static func current(_ identity: IdentityService) -> Route {
        .get(
            "/api/auth/session", access: .any, answers: [200: AccountAnswer.schema], features: ["AUTH-02"],
            summary: "Who is signed in."
        ) { context in
            let token = context.request.cookies[identity.cookies.session].flatMap(OpaqueToken.init)
            let isMember = context.caller.member != nil
            let session = isMember ? try token.flatMap { try identity.sessions.find($0, at: context.now) } : nil
            return identity.renewSessionCookie(context, try .json(AccountAnswer(session)))
        }
    }

    private static func list(_ identity: IdentityService) -> Route {
        .get(
            "/api/auth/sessions", access: .member, limit: .auth,
            answers: [200: .object([.required("sessions", .array(SessionAnswer.schema))])],
            features: ["AUTH-02"], summary: "One's own sessions, the last used first."
        ) { context in
            let member = try context.member()
            let sessions = try Sessions.list(of: member.id, in: identity.database)
            return try .json(["sessions": sessions.map { SessionAnswer($0, current: member.sessionID) }])
        }
    }

    private static func end(_ identity: IdentityService) -> Route {
        .delete(
            "/api/auth/sessions", access: .member, limit: .auth, refusesBanned: false, body: EndInput.self,
            answers: [200: .object([.required("ended", .integer(0...1_000_000))])],
            features: ["AUTH-02"],
            summary: "Ends one of one's own sessions, or every other one, in every process at once."
        ) { context, input in
            let member = try context.member()
            switch (input.id, input.others) {
            case (let id?, nil), (let id?, false):
                guard try Sessions.end(id, of: member.id, in: identity.database) else {
                    throw Problem.notFound("session_not_found", "You have no such session.")
                }
                identity.forget(session: id)
                let response = try Response.json(["ended": 1])
                return id == member.sessionID ? response.setting(identity.noSessionCookie) : response
            case (nil, true):
                let ended = try Sessions.endAll(of: member.id, except: member.sessionID, in: identity.database)
                identity.forget(member: member.id)
                return try .json(["ended": ended])
            default:
                throw Problem.invalid("id", "required", "Name either one session by its id, or all others.")
            }
        }
    }
}

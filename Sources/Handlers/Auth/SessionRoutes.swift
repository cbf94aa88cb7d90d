internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Notifications

extension AuthRoutes {
    private struct EndSessionsInput: InputShape {
        @Input(.string(64...64), "The session to end.") var id: String?
        @Input("Whether to end every session but this one.") var others: Bool?
    }

    private struct EndedSessions: Shaped {
        let count: Int

        static let shape = Shape<EndedSessions>("EndedSessions") {
            Field("ended", \.count, .integer(0...1_000_000), "How many sessions ended.")
        }
    }

    private struct ListedSession: Shaped {
        let session: SessionSummary
        let isCurrent: Bool

        static let shape = Shape<ListedSession>("Session") {
            Field("id", \.session.id, .string(64...64))
            Field("isCurrent", \.isCurrent, "Whether this request belongs to it.")
            Field("createdAt", \.session.createdAt)
            Field("lastSeenAt", \.session.lastSeenAt, "To the hour.")
            Field("expiresAt", \.session.expiresAt)
            Field("userAgent", \.session.userAgent)
        }
    }

    private struct SessionList: Shaped {
        let sessions: [ListedSession]

        static let shape = Shape<SessionList>("SessionList") {
            Field("sessions", \.sessions)
        }
    }

    static func sessionRoutes(_ identity: IdentityService, _ unread: UnreadCounts?) -> [Route] {
        [
            current(identity, unread).forPeopleOnly(), list(identity).forPeopleOnly(),
            end(identity).forPeopleOnly().acceptingForms(.backTo("/settings", saying: "signed-out-elsewhere")),
        ]
    }

    private static func current(_ identity: IdentityService, _ unread: UnreadCounts?) -> Route {
        .get(
            "/api/auth/session", access: .any, answers: [200: Account.schema], features: ["AUTH-02"],
            summary: "Who is signed in."
        ) { context in
            let token = context.request.cookies[identity.cookies.session].flatMap(OpaqueToken.init)
            let isMember = context.caller.member != nil
            let session = isMember ? try token.flatMap { try identity.sessions.find($0, at: context.now) } : nil
            // Who is signed in matters more than how much is new.
            let count = session.flatMap { session in try? unread?.count(of: session.userID) }
            return identity.renewSessionCookie(context, .json(Account(session: session, unread: count)))
        }
    }

    private static func list(_ identity: IdentityService) -> Route {
        .get(
            "/api/auth/sessions", access: .member, limit: .api, features: ["AUTH-02"],
            summary: "Your sessions, the last used first."
        ) { context in
            let member = try context.member()
            let sessions = try Sessions.list(of: member.id, in: identity.database)
            return SessionList(
                sessions: sessions.map { ListedSession(session: $0, isCurrent: $0.id == member.sessionID) })
        }
    }

    private static func end(_ identity: IdentityService) -> Route {
        .delete(
            "/api/auth/sessions", access: .member, limit: .api, refusesBanned: false, body: EndSessionsInput.self,
            answers: [200: EndedSessions.schema], features: ["AUTH-02"],
            summary: "Ends one of your sessions, or all but this one, in every process at once."
        ) { context, input in
            let member = try context.member()
            switch (input.id, input.others) {
            case (let id?, nil), (let id?, false):
                guard try Sessions.end(id, of: member.id, in: identity.database) else {
                    throw Problem.notFound("session_not_found", "You have no such session.")
                }
                identity.forget(session: id)
                let response = Response.json(EndedSessions(count: 1))
                return id == member.sessionID ? response.setting(identity.noSessionCookie) : response
            case (nil, true):
                let ended = try Sessions.endAll(of: member.id, except: member.sessionID, in: identity.database)
                identity.forget(member: member.id)
                return Response.json(EndedSessions(count: ended))
            default:
                throw Problem.invalid("id", "required", "Send either the id of one session or “others”: true.")
            }
        }
    }
}

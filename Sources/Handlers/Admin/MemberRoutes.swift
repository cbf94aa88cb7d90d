internal import Film
internal import FoundationEssentials
public import HTTP
public import Identity
internal import Refusals

extension AdminRoutes {
    /// The routes by which admins look after members, and read what was done.
    public static func memberRoutes(
        _ administration: MemberAdministration, audit: AuditLog, identity: IdentityService
    ) -> [Route] {
        [
            list(administration), show(administration, audit),
            change(administration, audit, identity).forPeopleOnly().afterRecentSignIn(), auditRoute(audit),
        ]
    }

    private static func list(_ administration: MemberAdministration) -> Route {
        .get(
            "/api/admin/users", access: .admin, limit: .api,
            query: [
                .optional("search", .text(1...254), "Only members whose name or address begins so."),
                .optional("role", .choice(["admin", "member"]), "Only admins, or only others."),
                .optional("banned", .boolean, "Only banned members, or only others."),
                .optional("appeal", .boolean, "Only banned members who have appealed, or only others."),
                .optional(
                    "sort", .choice(MemberFilter.Sort.allCases.map(\.rawValue)), default: "newest",
                    "The order of the list."),
                .limit(default: 50, cap: 100), .cursor,
            ],
            answers: [200: .memberList], features: ["ADM-02"], summary: "The members of the site."
        ) { context in
            let admin = try context.member()
            var filter = MemberFilter()
            filter.search = context.text(query: "search")
            filter.isAdmin = context.text(query: "role").map { $0 == "admin" }
            filter.isBanned = context.bool(query: "banned")
            filter.hasAppealed = context.bool(query: "appeal")
            filter.sort = context.text(query: "sort").flatMap(MemberFilter.Sort.init) ?? filter.sort
            filter.limit = context.integer(query: "limit") ?? filter.limit
            if let text = context.text(query: "cursor") {
                guard let cursor = MemberCursor(text, sort: filter.sort) else {
                    throw Problem.invalid("cursor", "format", "“cursor” is not one that this list has given out.")
                }
                filter.cursor = cursor
            }
            let page = try administration.list(filter, by: admin.id)
            return try .json(
                MemberListAnswer(users: page.members.map(ListedMemberAnswer.init), nextCursor: page.next?.text))
        }
    }

    private static func show(_ administration: MemberAdministration, _ audit: AuditLog) -> Route {
        .get(
            "/api/admin/users/[id]", access: .admin, limit: .api, answers: [200: .memberDetail],
            features: ["ADM-02", "ADM-04"], summary: "One member, and what was done about this account."
        ) { context in
            try detail(of: try context.uuid("id"), for: context, administration, audit)
        }
    }

    private static func change(
        _ administration: MemberAdministration, _ audit: AuditLog, _ identity: IdentityService
    ) -> Route {
        .put(
            "/api/admin/users/[id]", access: .admin, body: ChangeMemberInput.self, answers: [200: .memberDetail],
            features: ["ADM-02"], summary: "Bans or unbans a member, changes the role, or renames: one at a time."
        ) { context, input in
            let admin = try context.member()
            let id = try context.uuid("id")
            let wish = try input.wish()
            try members {
                switch wish {
                case .ban(let reason): try administration.ban(id, reason: reason, by: admin.id)
                case .liftBan: try administration.liftBan(id, reason: input.reason, by: admin.id)
                case .role(let isAdmin):
                    try administration.setAdmin(isAdmin, id, reason: input.reason, by: admin.id)
                case .rename(let name):
                    try administration.rename(id, to: name, reason: input.reason, by: admin.id)
                }
            }
            identity.forget(.member(id))
            return try detail(of: id, for: context, administration, audit)
        }
    }

    private static func detail(
        of id: UUID, for context: Context, _ administration: MemberAdministration, _ audit: AuditLog
    ) throws -> Response {
        let admin = try context.member()
        guard let found = try administration.find(id, by: admin.id) else {
            throw Problem.notFound("member_not_found", MemberRefusal.memberNotFound.sentence)
        }
        var filter = AuditFilter()
        filter.subjectKind = "member"
        filter.subjectID = id.uuidString.lowercased()
        filter.limit = 20
        let entries = try audit.entries(filter, for: admin.id).entries.map(AuditEntryAnswer.init)
        return try .json(MemberDetailAnswer(user: AdministeredMemberAnswer(found), audit: entries))
    }
}

/// Runs a call about members and tells a refusal in the words of HTTP.
private func members<Answer>(_ call: () throws -> Answer) throws -> Answer {
    do {
        return try call()
    } catch MemberError.refused(let refusal) {
        let status =
            switch refusal {
            case .memberNotFound: 404
            case .notAdmin: 403
            default: 409
            }
        throw Problem(status: status, code: refusal.code, message: refusal.sentence)
    }
}

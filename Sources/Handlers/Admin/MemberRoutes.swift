public import Audit
internal import Film
internal import FoundationEssentials
public import HTTP
public import Identity
public import Limits
internal import Postgres
internal import Refusals
internal import SharedHandlers
internal import Text

extension AdminRoutes {
    /// The routes by which admins look after members, and read what was done.
    public static func memberRoutes(
        _ administration: MemberAdministration, audit: AuditLog, identity: IdentityService, tiers: KeyTierLimits
    ) -> [Route] {
        [
            list(administration), show(administration, audit, identity, tiers),
            change(administration, audit, identity, tiers).forPeopleOnly().afterRecentSignIn(), auditRoute(audit),
            changeKey(identity).forPeopleOnly().afterRecentSignIn(),
        ]
    }

    private static func changeKey(_ identity: IdentityService) -> Route {
        .patch(
            "/api/admin/keys/[id]", access: .admin, body: ChangeKeyInput.self, features: ["AUTH-06"],
            summary: "Puts an API key into another tier, in every process at once."
        ) { context, input in
            try APIKeys.setTier(
                input.tier.rawValue, limits: try input.ownLimits(), of: try context.uuid("id"),
                by: try context.member().id, in: identity.database)
            return Done()
        }
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
            ] + .paging(),
            features: ["ADM-02"], summary: "The members of the site."
        ) { context in
            let admin = try context.member()
            var filter = MemberFilter()
            filter.search = context.text(query: "search")
            filter.isAdmin = context.text(query: "role").map { $0 == "admin" }
            filter.isBanned = context.bool(query: "banned")
            filter.hasAppealed = context.bool(query: "appeal")
            filter.sort = context.text(query: "sort").flatMap(MemberFilter.Sort.init) ?? filter.sort
            filter.page = context.pageRequest
            return try administration.list(filter, by: admin.id)
        }
    }

    private static func show(
        _ administration: MemberAdministration, _ audit: AuditLog, _ identity: IdentityService,
        _ tiers: KeyTierLimits
    ) -> Route {
        .get(
            "/api/admin/users/[id]", access: .admin, limit: .api,
            features: ["ADM-02", "ADM-04"], summary: "One member, and what was done about this account."
        ) { context in
            try detail(of: try context.uuid("id"), for: context, administration, audit, identity, tiers)
        }
    }

    private static func change(
        _ administration: MemberAdministration, _ audit: AuditLog, _ identity: IdentityService,
        _ tiers: KeyTierLimits
    ) -> Route {
        .put(
            "/api/admin/users/[id]", access: .admin, body: ChangeMemberInput.self,
            features: ["ADM-02"], summary: "Bans or unbans a member, changes the role, or renames: one at a time."
        ) { context, input in
            let admin = try context.member()
            let id = try context.uuid("id")
            let wish = try input.wish()
            switch wish {
            case .ban(let reason): try administration.ban(id, reason: reason, by: admin.id)
            case .liftBan: try administration.liftBan(id, reason: input.reason, by: admin.id)
            case .role(let isAdmin): try administration.setAdmin(isAdmin, id, reason: input.reason, by: admin.id)
            case .rename(let name): try administration.rename(id, to: name, reason: input.reason, by: admin.id)
            }
            identity.forget(member: id)
            return try detail(of: id, for: context, administration, audit, identity, tiers)
        }
    }

    private static func detail(
        of id: UUID, for context: Context, _ administration: MemberAdministration, _ audit: AuditLog,
        _ identity: IdentityService, _ tiers: KeyTierLimits
    ) throws -> MemberDetail {
        let admin = try context.member()
        guard let found = try administration.find(id, by: admin.id) else {
            throw MemberError.refused(.memberNotFound)
        }
        var filter = AuditFilter()
        filter.subjectKind = "member"
        filter.subjectID = id.text
        filter.page = PageRequest(limit: 20)
        let keys = try APIKeys.list(of: id, for: admin.id, in: identity.database)
        return MemberDetail(
            user: found, audit: try audit.entries(filter, for: admin.id).items,
            keys: keys.map { ListedKey($0, tiers) })
    }
}

internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Limits
internal import Logging
internal import SharedHandlers
internal import Text

extension AuthRoutes {
    private struct CreateAPIKeyInput: InputShape {
        @Input(.text(1...60), "Your name for the key.") var name: String
        @Input(.array(KeyScope.schema, count: 1...3), "What the key may do.") var scopes: [KeyScope]
        @Input(.integer(1...3_650), "Null or absent for a key that does not expire.") var expiresInDays: Int?
    }

    private struct RevokeAPIKeyInput: InputShape {
        @Input("The key to revoke.") var id: UUID
    }

    private struct APIKeyList: Shaped {
        let keys: [ListedKey]

        static let shape = Shape<APIKeyList>("APIKeyList") {
            Field("keys", \.keys)
        }
    }

    private struct NewAPIKey: Shaped {
        let summary: ListedKey
        let key: APIKeyToken

        static let shape = Shape<NewAPIKey>("NewAPIKey") {
            Including(\.summary)
            Field("key", \.key.text, .string(47...47), "The key itself. No other answer contains it.")
        }
    }

    static func keyRoutes(_ identity: IdentityService, _ tiers: KeyTierLimits) -> [Route] {
        [
            listKeys(identity, tiers).forPeopleOnly(), createKey(identity, tiers).forPeopleOnly().afterRecentSignIn(),
            revokeKey(identity).forPeopleOnly(),
        ]
    }

    private static func listKeys(_ identity: IdentityService, _ tiers: KeyTierLimits) -> Route {
        .get(
            "/api/keys", access: .member, limit: .api, features: ["AUTH-04", "AUTH-06"],
            summary: "Your API keys that were not revoked, the newest first, with their limits and requests by day."
        ) { context in
            let keys = try APIKeys.list(of: try context.member().id, in: identity.database)
            return APIKeyList(keys: keys.map { ListedKey($0, tiers) })
        }
    }

    private static func createKey(_ identity: IdentityService, _ tiers: KeyTierLimits) -> Route {
        .post(
            "/api/keys", access: .member, body: CreateAPIKeyInput.self, answers: [201: NewAPIKey.schema],
            features: ["AUTH-04"], summary: "Creates an API key. Only this answer contains the key itself."
        ) { context, input in
            let member = try context.member()
            let scopes = KeyScope.allCases.filter(input.scopes.contains).map(\.rawValue)
            let (key, id) = try APIKeys.create(
                for: member.id, name: input.name, scopes: scopes, days: input.expiresInDays, in: identity.database)
            context.log.notice("an API key was created", ["key": .string(id.text)])
            let keys = try APIKeys.list(of: member.id, in: identity.database)
            guard let summary = keys.first(where: { $0.id == id }) else { throw Problem.unavailable() }
            return Response.created(NewAPIKey(summary: ListedKey(summary, tiers), key: key), at: "/api/keys")
        }
    }

    private static func revokeKey(_ identity: IdentityService) -> Route {
        .delete(
            "/api/keys", access: .member, body: RevokeAPIKeyInput.self, answers: [204: nil],
            features: ["AUTH-04"], summary: "Revokes an API key, in every process at once."
        ) { context, input in
            let member = try context.member()
            try APIKeys.revoke(input.id, of: member.id, in: identity.database)
            identity.forget(member: member.id)
            return Response.noContent
        }
    }
}

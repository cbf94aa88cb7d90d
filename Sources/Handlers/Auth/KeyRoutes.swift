internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Logging
internal import Text

extension AuthRoutes {
    private struct KeyInput: Schematic, Decodable {
        let name: String
        let scopes: [String]
        let expiresInDays: Int?

        static let schema = Schema.object([
            .required("name", .text(1...60), "What you call the key."),
            .required("scopes", .array(scope, count: 1...3), "What it may do."),
            .optional("expiresInDays", .integer(1...3_650), "Null or absent for a key that does not end by itself."),
        ]).named("CreateKey")
    }

    private struct RevokeInput: Schematic, Decodable {
        let id: UUID

        static let schema = Schema.object([.required("id", .uuid, "The key to end.")]).named("RevokeKey")
    }

    private struct KeyAnswer: Encodable {
        let key: APIKeySummary
        var secret: String?

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(key.id.uuidString.lowercased(), forKey: .id)
            try container.encode(key.name, forKey: .name)
            try container.encode(key.scopes, forKey: .scopes)
            try container.encode(key.createdAt.rfc3339, forKey: .createdAt)
            try container.encode(key.lastUsedAt?.rfc3339, forKey: .lastUsedAt)
            try container.encode(key.expiresAt?.rfc3339, forKey: .expiresAt)
            try container.encodeIfPresent(secret, forKey: .key)
        }

        private enum CodingKeys: CodingKey {
            case id, name, scopes, createdAt, lastUsedAt, expiresAt, key
        }

        static let fields: [Schema.Field] = [
            .required("id", .uuid), .required("name", .string(1...60)), .required("scopes", .array(scope)),
            .required("createdAt", .dateTime), .optional("lastUsedAt", .dateTime, "To the minute; null when never."),
            .optional("expiresAt", .dateTime, "Null for a key that does not end by itself."),
        ]
        static let schema = Schema.object(fields).named("APIKey")
        static let created = Schema.object(
            fields + [.required("key", .string(47...47), "The key itself. It is told this once.")]
        ).named("NewAPIKey")
    }

    private static let scope = Schema.choice(KeyScope.allCases.map(\.rawValue))

    static func keyRoutes(_ identity: IdentityService) -> [Route] {
        [
            listKeys(identity).forPeopleOnly(), createKey(identity).forPeopleOnly().afterRecentSignIn(),
            revokeKey(identity).forPeopleOnly(),
        ]
    }

    private static func listKeys(_ identity: IdentityService) -> Route {
        .get(
            "/api/keys", access: .member, limit: .api,
            answers: [200: .object([.required("keys", .array(KeyAnswer.schema))])], features: ["AUTH-04"],
            summary: "One's own API keys that were not revoked, the newest first."
        ) { context in
            let keys = try APIKeys.list(of: try context.member().id, in: identity.database)
            return try .json(["keys": keys.map { KeyAnswer(key: $0) }])
        }
    }

    private static func createKey(_ identity: IdentityService) -> Route {
        .post(
            "/api/keys", access: .member, body: KeyInput.self, answers: [201: KeyAnswer.created],
            features: ["AUTH-04"], summary: "Makes an API key. The answer is the only place where it ever stands."
        ) { context, input in
            let member = try context.member()
            let scopes = KeyScope.allCases.map(\.rawValue).filter(input.scopes.contains)
            let (key, id) = try refusing {
                try APIKeys.create(
                    for: member.id, name: input.name, scopes: scopes, days: input.expiresInDays,
                    in: identity.database)
            }
            context.log.notice("an API key was made", ["key": .string(id.uuidString.lowercased())])
            let keys = try APIKeys.list(of: member.id, in: identity.database)
            guard let summary = keys.first(where: { $0.id == id }) else { throw Problem.unavailable() }
            return try .created(KeyAnswer(key: summary, secret: key.text), at: "/api/keys")
        }
    }

    private static func revokeKey(_ identity: IdentityService) -> Route {
        .delete(
            "/api/keys", access: .member, body: RevokeInput.self, answers: [204: nil],
            features: ["AUTH-04"], summary: "Ends an API key, in every process at once."
        ) { context, input in
            let member = try context.member()
            try refusing { try APIKeys.revoke(input.id, of: member.id, in: identity.database) }
            // This process need not wait for the news of what it did itself.
            identity.keys.forgetAll()
            return .noContent
        }
    }
}

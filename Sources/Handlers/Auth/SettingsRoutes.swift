internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Platform

extension AuthRoutes {
    private struct SettingsInput: Schematic, Decodable {
        let username: String?
        let sound: Bool?
        let motion: Bool?

        static let schema = Schema.object([
            .optional("username", .string(1...64), "Another name; once in 30 days."),
            .optional("sound", .boolean, "Whether takes play with sound."),
            .optional("motion", .boolean, "Whether things may move by themselves."),
        ]).named("ChangeSettings")
    }

    private struct SettingsAnswer: Encodable {
        let username: String?
        let sound, motion: Bool?

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(username, forKey: .username)
            try container.encode(sound, forKey: .sound)
            try container.encode(motion, forKey: .motion)
        }

        private enum CodingKeys: CodingKey {
            case username, sound, motion
        }

        static let schema = Schema.object([
            .optional("username", .string(3...20), "Null until one was chosen."),
            .optional("sound", .boolean, "Whether takes play with sound; null when nothing was chosen."),
            .optional("motion", .boolean, "Whether things may move by themselves; null when nothing was chosen."),
        ]).named("Settings")
    }

    static func settingsRoutes(_ identity: IdentityService) -> [Route] {
        [readSettings(identity), changeSettings(identity)]
    }

    private static func readSettings(_ identity: IdentityService) -> Route {
        .get(
            "/api/user/settings", access: .member, limit: .api, answers: [200: SettingsAnswer.schema],
            features: ["PROF-01"], summary: "One's name, and what one chose for every device."
        ) { context in try answer(try context.member().id, identity) }
    }

    private static func changeSettings(_ identity: IdentityService) -> Route {
        .patch(
            "/api/user/settings", access: .member, body: SettingsInput.self, answers: [200: SettingsAnswer.schema],
            features: ["PROF-01"], summary: "Changes what is named and leaves the rest."
        ) { context, input in
            let member = try context.member()
            if let username = input.username { try rename(member.id, to: username, identity) }
            if input.sound != nil || input.motion != nil {
                try MemberPreferences.keep(
                    sound: input.sound, motion: input.motion, of: member.id, in: identity.database)
            }
            return try answer(member.id, identity)
        }
    }

    private static func rename(_ member: UUID, to username: String, _ identity: IdentityService) throws {
        switch try Members.rename(member, to: username, by: member, in: identity.database) {
        case .renamed, .unchanged: identity.hear("user:" + member.uuidString)
        case .refused(let refusal): throw problem(refusal)
        case .unknown: throw Problem.conflict("no_username", "Choose your first name at /onboarding.")
        case .tooSoon(let date):
            throw Problem.conflict(
                "rename_too_soon", "You changed your name less than 30 days ago. You can do it again later."
            ).with(["allowedAt": .string(date.rfc3339)])
        }
    }

    private static func answer(_ member: UUID, _ identity: IdentityService) throws -> Response {
        let preferences = try MemberPreferences.find(of: member, in: identity.database)
        let username = try Members.find(member, in: identity.database)?.username
        return try .json(SettingsAnswer(username: username, sound: preferences.sound, motion: preferences.motion))
    }
}

internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Text

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
        let preferences: MemberPreferences

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(preferences.username, forKey: .username)
            try container.encode(preferences.nextChangeAt?.rfc3339, forKey: .nextChangeAt)
            try container.encode(preferences.sound, forKey: .sound)
            try container.encode(preferences.motion, forKey: .motion)
        }

        private enum CodingKeys: CodingKey {
            case username, nextChangeAt, sound, motion
        }

        static let schema = Schema.object([
            .optional("username", .string(3...20), "Null until one was chosen."),
            .optional("nextChangeAt", .dateTime, "From when the name can be changed; null when it never was."),
            .optional("sound", .boolean, "Whether takes play with sound; null when nothing was chosen."),
            .optional("motion", .boolean, "Whether things may move by themselves; null when nothing was chosen."),
        ]).named("Settings")
    }

    static func settingsRoutes(_ identity: IdentityService) -> [Route] {
        [readSettings(identity), changeSettings(identity).forPeopleOnly()]
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
        try refusing { try Members.rename(member, to: username, in: identity.database) }
        identity.forget(member: member)
    }

    private static func answer(_ member: UUID, _ identity: IdentityService) throws -> Response {
        guard let preferences = try MemberPreferences.find(of: member, in: identity.database) else {
            throw Problem.unauthenticated
        }
        return try .json(SettingsAnswer(preferences: preferences))
    }
}

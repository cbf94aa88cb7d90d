internal import FoundationEssentials
internal import HTTP
internal import Identity

extension AuthRoutes {
    private struct ChangeSettingsInput: InputShape {
        @Input(.string(1...64), "Another username. It can be changed once in 30 days.") var username: String?
        @Input("Whether clips play with sound.") var sound: Bool?
        @Input("Whether pages may animate.") var motion: Bool?
    }

    static func settingsRoutes(_ identity: IdentityService) -> [Route] {
        [
            readSettings(identity),
            changeSettings(identity).forPeopleOnly().acceptingForms(.backTo("/settings", saying: "saved")),
        ]
    }

    private static func readSettings(_ identity: IdentityService) -> Route {
        .get(
            "/api/user/settings", access: .member, limit: .api, features: ["PROF-01"],
            summary: "Your username and your choices for all devices."
        ) { context in try preferences(of: try context.member().id, identity) }
    }

    private static func changeSettings(_ identity: IdentityService) -> Route {
        .patch(
            "/api/user/settings", access: .member, body: ChangeSettingsInput.self, features: ["PROF-01"],
            summary: "Changes the given settings and leaves the others."
        ) { context, input in
            let member = try context.member()
            if let username = input.username {
                try Members.rename(member.id, to: username, in: identity.database)
                identity.forget(member: member.id)
            }
            if input.sound != nil || input.motion != nil {
                try MemberPreferences.keep(
                    sound: input.sound, motion: input.motion, of: member.id, in: identity.database)
            }
            return try preferences(of: member.id, identity)
        }
    }

    private static func preferences(of member: UUID, _ identity: IdentityService) throws -> MemberPreferences {
        guard let preferences = try MemberPreferences.find(of: member, in: identity.database) else {
            throw Problem.unauthenticated
        }
        return preferences
    }
}

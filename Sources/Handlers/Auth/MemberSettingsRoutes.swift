internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Platform

extension AuthRoutes {
    private struct SettingsInput: Schematic, Decodable {
        let username: String

        static let schema = Schema.object([
            .required("username", .string(1...64), "3 to 20 small letters, digits or underscores.")
        ]).named("ChangeSettings")
    }

    private struct SettingsAnswer: Encodable {
        let username: String
        let nextChangeAt: String?

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(username, forKey: .username)
            try container.encode(nextChangeAt, forKey: .nextChangeAt)
        }

        private enum CodingKeys: CodingKey {
            case username, nextChangeAt
        }

        static let schema = Schema.object([
            .required("username", .string(3...20)),
            .required("nextChangeAt", .dateTime.nullable, "From when the name can be changed again."),
        ]).named("Settings")
    }

    private struct AppealInput: Schematic, Decodable {
        let text: String

        static let schema = Schema.object([
            .required("text", .text(1...2_000, lines: .many), "Why the ban is wrong, for the admins.")
        ]).named("Appeal")
    }

    private static let appealState = Schema.object([
        .required("appealedAt", .dateTime.nullable, "Null when there was no appeal.")
    ]).named("AppealState")

    static func memberSettingsRoutes(_ identity: IdentityService) -> [Route] {
        [rename(identity).forPeopleOnly(), appealed(identity).forPeopleOnly(), appeal(identity).forPeopleOnly()]
    }

    private static func rename(_ identity: IdentityService) -> Route {
        .patch(
            "/api/user/settings", access: .member, body: SettingsInput.self, answers: [200: SettingsAnswer.schema],
            features: ["AUTH-03"], summary: "Changes one's username, once in 30 days."
        ) { context, input in
            let member = try context.member()
            let next: Date?
            switch try Members.rename(member.id, to: input.username, in: identity.database) {
            case .refused(let refusal): throw problem(refusal)
            case .unnamed: throw Problem.conflict("no_username", "Choose your first username before you change it.")
            case .tooSoon(let date):
                throw Problem.conflict(
                    "username_too_soon", "You can change your name again on \(date.rfc3339.prefix(10))."
                ).with(["nextChangeAt": .string(date.rfc3339)])
            case .unchanged: next = nil
            case .changed(let date): next = date
            }
            identity.sessions.hear("user:" + member.id.uuidString)
            return try .json(SettingsAnswer(username: input.username, nextChangeAt: next?.rfc3339))
        }
    }

    private static func appealed(_ identity: IdentityService) -> Route {
        .get(
            "/api/user/appeal", access: .member, limit: .api, answers: [200: appealState], features: ["ADM-02"],
            summary: "Whether one has appealed against one's ban."
        ) { context in
            let date = try Members.appealedAt(try context.member().id, in: identity.database)
            return try .json(["appealedAt": date?.rfc3339])
        }
    }

    private static func appeal(_ identity: IdentityService) -> Route {
        .post(
            "/api/user/appeal", access: .member, refusesBanned: false, body: AppealInput.self,
            answers: [200: appealState], features: ["ADM-02"], summary: "Appeals, once, against one's ban."
        ) { context, input in
            let member = try context.member()
            do {
                try Members.appeal(input.text, by: member.id, in: identity.database)
            } catch let refusal as MemberRefusal {
                throw Problem.conflict(refusal.rawValue, refusal.sentence)
            }
            let date = try Members.appealedAt(member.id, in: identity.database)
            return try .json(["appealedAt": date?.rfc3339])
        }
    }
}

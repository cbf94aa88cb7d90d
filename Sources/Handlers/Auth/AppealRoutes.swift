internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Refusals
internal import Text

extension AuthRoutes {
    private struct AppealInput: Schematic, Decodable {
        let text: String

        static let schema = Schema.object([
            .required("text", .text(1...2_000, lines: .many), "Why the ban is wrong, for the admins.")
        ]).named("Appeal")
    }

    private static let appealState = Schema.object([
        .required("appealedAt", .dateTime.nullable, "Null when there was no appeal.")
    ]).named("AppealState")

    static func appealRoutes(_ identity: IdentityService) -> [Route] {
        [appealed(identity).forPeopleOnly(), appeal(identity).forPeopleOnly()]
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
            } catch MemberError.refused(let refusal) {
                throw Problem(refusal)
            }
            let date = try Members.appealedAt(member.id, in: identity.database)
            return try .json(["appealedAt": date?.rfc3339])
        }
    }
}

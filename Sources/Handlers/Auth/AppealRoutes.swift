internal import FoundationEssentials
internal import HTTP
internal import Identity

extension AuthRoutes {
    private struct BanAppealInput: InputShape {
        @Input(.text(1...2_000, lines: .many), "Why the ban is wrong. Admins read this.") var text: String
    }

    private struct AppealState: Shaped {
        let appeal: BanAppeal?

        static let shape = Shape<AppealState>("AppealState") {
            Field("appealedAt", \.appeal?.appealedAt, "Null when there was no appeal.")
            Field("upheld", { $0.appeal?.isUpheld ?? false }, "Whether an admin has decided that the ban holds.")
            Field("answer", \.appeal?.answer, "What that admin answered.")
        }
    }

    static func appealRoutes(_ identity: IdentityService) -> [Route] {
        [
            appealed(identity).forPeopleOnly(),
            appeal(identity).forPeopleOnly().acceptingForms(.backTo("/settings", saying: "appeal-sent")),
        ]
    }

    private static func appealed(_ identity: IdentityService) -> Route {
        .get(
            "/api/user/appeal", access: .member, limit: .api, features: ["ADM-02"],
            summary: "Whether you have appealed against your ban."
        ) { context in
            try state(of: try context.member().id, identity)
        }
    }

    private static func appeal(_ identity: IdentityService) -> Route {
        .post(
            "/api/user/appeal", access: .member, refusesBanned: false, body: BanAppealInput.self,
            features: ["ADM-02"], summary: "Appeals against your ban. You can do this once."
        ) { context, input in
            let member = try context.member()
            try Members.appeal(input.text, by: member.id, in: identity.database)
            return try state(of: member.id, identity)
        }
    }

    private static func state(of member: UUID, _ identity: IdentityService) throws -> AppealState {
        AppealState(appeal: try Members.appealAgainstBan(of: member, in: identity.database))
    }
}

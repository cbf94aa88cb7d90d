internal import FoundationEssentials
internal import HTTP
internal import Identity

extension AuthRoutes {
    private struct ProfileInput: Schematic, Decodable {
        let username: String
        let ageConfirmed: Bool?

        static let schema = Schema.object([
            .required("username", .string(1...64), "3 to 20 small letters, digits or underscores."),
            .optional("ageConfirmed", .boolean, "Whether the member says to be old enough for this site."),
        ]).named("CreateProfile")
    }

    private struct Availability: Encodable {
        let username: String
        let available: Bool
        let reason: String?

        static let schema = Schema.object([
            .required("username", .string()), .required("available", .boolean),
            .optional("reason", .choice(["malformed", "reserved", "taken"])),
        ]).named("UsernameAvailability")
    }

    static func profileRoutes(_ identity: IdentityService) -> [Route] {
        [create(identity).forPeopleOnly(), check(identity)]
    }

    private static func create(_ identity: IdentityService) -> Route {
        .post(
            "/api/user/create-profile", access: .member, body: ProfileInput.self,
            answers: [200: AccountAnswer.schema], features: ["AUTH-03"], summary: "Chooses the first username."
        ) { context, input in
            let member = try context.member()
            if input.ageConfirmed == false {
                throw Problem.invalid("ageConfirmed", "required", "This site is not for people younger than that.")
            }
            try refusing {
                try Members.choose(
                    username: input.username, ageConfirmed: input.ageConfirmed ?? false, for: member.id,
                    in: identity.database)
            }
            identity.forget(member: member.id)
            let token = context.request.cookies[identity.cookies.session].flatMap(OpaqueToken.init)
            return try .json(AccountAnswer(try token.flatMap { try identity.sessions.find($0, at: context.now) }))
        }
    }

    private static func check(_ identity: IdentityService) -> Route {
        .get(
            "/api/user/check-username", access: .any, limit: .api,
            query: [.required("username", .string(1...64), "The name in question.")],
            answers: [200: Availability.schema], features: ["AUTH-03"], summary: "Whether a username can be had."
        ) { context in
            let name = context.text(query: "username") ?? ""
            let fault = try Members.fault(inUsername: name, in: identity.database)
            return try .json(Availability(username: name, available: fault == nil, reason: fault?.rawValue))
        }
    }
}

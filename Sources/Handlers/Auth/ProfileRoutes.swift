internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import SignIn

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
        [
            create(identity).forPeopleOnly().acceptingForms(.backTo("/onboarding", thenNext: ReturnPath.checked)),
            check(identity),
        ]
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
            let choice = try Members.choose(
                username: input.username, ageConfirmed: input.ageConfirmed ?? false, for: member.id,
                in: identity.database)
            switch choice {
            case .refused(let refusal): throw problem(refusal)
            case .alreadyNamed: throw Problem.conflict("profile_exists", "You have a username already.")
            case .chosen: break
            }
            identity.sessions.hear("user:" + member.id.uuidString)
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
            let refusal = try Members.refusal(username: name, in: identity.database)
            return try .json(Availability(username: name, available: refusal == nil, reason: refusal?.rawValue))
        }
    }

    static func problem(_ refusal: Usernames.Refusal) -> Problem {
        switch refusal {
        case .malformed:
            .invalid("username", "malformed", "A username is 3 to 20 lowercase letters, digits or underscores.")
        case .reserved: .invalid("username", "reserved", "This name is reserved. Choose another one.")
        case .taken: .conflict("username_taken", "This name is taken. Choose another one.")
        }
    }
}

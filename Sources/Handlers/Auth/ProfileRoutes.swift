internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import SignIn

extension AuthRoutes {
    private struct CreateProfileInput: InputShape {
        @Input(.string(1...64), "3 to 20 characters: lower-case letters, digits and underscores.") var username: String
        @Input("The member confirms to have the minimum age of this site. Must be true.") var ageConfirmed: Bool
    }

    private struct UsernameAvailability: Shaped {
        let username: String
        let fault: Usernames.Fault?

        static let shape = Shape<UsernameAvailability>("UsernameAvailability") {
            Field("username", \.username)
            Field("available", { $0.fault == nil })
            Field("reason", \.fault, "Why it is not available.")
        }
    }

    static func profileRoutes(_ identity: IdentityService) -> [Route] {
        [
            create(identity).forPeopleOnly().acceptingForms(.backTo("/onboarding", thenNext: ReturnPath.checked)),
            check(identity),
        ]
    }

    private static func create(_ identity: IdentityService) -> Route {
        .post(
            "/api/user/create-profile", access: .member, body: CreateProfileInput.self, features: ["AUTH-03"],
            summary: "Chooses your first username."
        ) { context, input in
            let member = try context.member()
            guard input.ageConfirmed else {
                throw Problem.invalid("ageConfirmed", "required", "You are not old enough for this site.")
            }
            try Members.choose(
                username: input.username, ageConfirmed: true, for: member.id, in: identity.database)
            identity.forget(member: member.id)
            let token = context.request.cookies[identity.cookies.session].flatMap(OpaqueToken.init)
            return Account(session: try token.flatMap { try identity.sessions.find($0, at: context.now) })
        }
    }

    private static func check(_ identity: IdentityService) -> Route {
        .get(
            "/api/user/check-username", access: .any, limit: .api,
            query: [.required("username", .string(1...64), "The username to check.")], features: ["AUTH-03"],
            summary: "Whether a username is available."
        ) { context in
            let name = context.text(query: "username") ?? ""
            let fault = try Members.fault(inUsername: name, in: identity.database)
            return UsernameAvailability(username: name, fault: fault)
        }
    }
}

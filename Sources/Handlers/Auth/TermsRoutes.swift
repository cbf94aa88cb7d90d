internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import SignIn

extension AuthRoutes {
    private struct AcceptTermsInput: InputShape {
        @Input(.integer(1...1_000_000), "The version that was read; it must be the one in force.") var version: Int
        @Input("Must be true.") var accepted: Bool
    }

    private struct TermsState: Shaped {
        let terms: TermsVersion?
        let acceptedAt: Date?

        init(of member: UUID, _ identity: IdentityService) throws {
            let terms = Terms(identity.database)
            self.terms = try terms.find()
            acceptedAt = try self.terms.flatMap { try terms.acceptedAt($0.version, by: member) }
        }

        static let shape = Shape<TermsState>("TermsState") {
            Field(
                "accepted", { $0.terms == nil || $0.acceptedAt != nil },
                "Whether you have accepted the version in force.")
            Field("acceptedAt", \.acceptedAt)
            Field("version", \.terms?.version, "The version in force.")
            Field("effectiveAt", \.terms?.effectiveAt, "Since when it is.")
            Field("summary", \.terms?.summary, "What is new in it.")
            Field("text", \.terms?.text, "The text, in which {minimumAge} is the setting.")
        }
    }

    static func termsRoutes(_ identity: IdentityService) -> [Route] {
        [
            checkTerms(identity),
            acceptTerms(identity).forPeopleOnly()
                .acceptingForms(.backTo("/terms/accept", thenNext: ReturnPath.checked)),
        ]
    }

    private static func checkTerms(_ identity: IdentityService) -> Route {
        .get(
            "/api/terms/check", access: .member, limit: .api, features: ["GEN-08"],
            summary: "The terms of use in force, and whether you have accepted them."
        ) { context in try TermsState(of: try context.member().id, identity) }
    }

    private static func acceptTerms(_ identity: IdentityService) -> Route {
        .post(
            "/api/terms/accept", access: .member, body: AcceptTermsInput.self, features: ["GEN-08"],
            summary: "Accepts the terms of use in force. Needed to send in clips."
        ) { context, input in
            let member = try context.member().id
            guard input.accepted else {
                throw Problem.invalid("accepted", "required", "Accept the terms to continue.")
            }
            try Terms(identity.database).accept(input.version, by: member)
            return try TermsState(of: member, identity)
        }
    }
}

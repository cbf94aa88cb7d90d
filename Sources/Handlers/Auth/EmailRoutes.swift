internal import FoundationEssentials
public import HTTP
public import Identity
internal import Logging
internal import SignIn
internal import Text

extension AuthRoutes {
    private struct EmailInput: Schematic, Decodable {
        let email: String
        let next: String?

        static let schema = Schema.object([
            .required("email", .email),
            .optional("next", .string(1...500), "Where to go on after signing in: a path of this site."),
        ]).named("SignInByEmail")
    }

    private static let accepted = Schema.object([
        .required("linkMinutes", .integer(1...1_440), "How long a link is good, if one is sent."),
        .required("resendAfter", .integer(1...3_600), "Seconds after which asking again makes sense."),
    ]).named("SignInLinkRequested")

    /// The route that asks for a link by mail. Mail is sent by a job, so that this answers in the same words and the
    /// same time whether or not the address has an account, and whether or not it had its share of mails.
    public static func emailRoutes(_ identity: IdentityService, isMailOn: Bool, linkMinutes: Int) -> [Route] {
        [
            .post(
                "/api/auth/email", access: .any, limit: .auth, body: EmailInput.self,
                answers: [202: accepted], features: ["AUTH-01"],
                summary: "Mails a link that signs in once. The answer is the same for every address."
            ) { context, input in
                guard let address = EmailAddress(input.email) else {
                    throw Problem.invalid("email", "email", "This is not an e-mail address that mail can be sent to.")
                }
                if let next = input.next, !ReturnPath.isSound(next) {
                    throw Problem.invalid("next", "path", "This must be a path of this site, such as /dashboard.")
                }
                guard isMailOn else { throw mailUnavailable }
                let isQueued = try SignInLinks.request(for: address, next: input.next, in: identity.database)
                if !isQueued { context.log.notice("an address had its share of sign-in links", [:]) }
                return try .json(["linkMinutes": linkMinutes, "resendAfter": 60], status: 202)
            },
            requestAddition(identity, isMailOn: isMailOn, linkMinutes: linkMinutes).forPeopleOnly()
                .afterRecentSignIn(),
            add(identity).forPeopleOnly(),
        ]
    }

    private static let mailUnavailable = Problem(
        status: 503, code: "mail_unavailable", message: "This site sends no mail. Use another sign-in method.")

    private struct AdditionInput: Schematic, Decodable {
        let email: String

        static let schema = Schema.object([.required("email", .email)]).named("AddEmail")
    }

    private struct ConfirmationInput: Schematic, Decodable {
        let token: String

        static let schema = Schema.object([.required("token", .string(1...200), "The token in the link.")])
            .named("ConfirmEmail")
    }

    private static func requestAddition(_ identity: IdentityService, isMailOn: Bool, linkMinutes: Int) -> Route {
        .post(
            "/api/auth/email/link", access: .member, limit: .auth, body: AdditionInput.self,
            answers: [202: accepted], features: ["AUTH-05"],
            summary: "Mails a link that adds the address to your sign-in methods."
        ) { context, input in
            let member = try context.member()
            guard let address = EmailAddress(input.email) else {
                throw Problem.invalid("email", "email", "This is not an e-mail address that mail can be sent to.")
            }
            guard isMailOn else { throw mailUnavailable }
            let isQueued = try refusing {
                try EmailIdentityLinks.request(for: address, of: member.id, in: identity.database)
            }
            if !isQueued { context.log.notice("an address had its share of sign-in links", [:]) }
            return try .json(["linkMinutes": linkMinutes, "resendAfter": 60], status: 202)
        }
    }

    private static func add(_ identity: IdentityService) -> Route {
        .post(
            "/api/auth/email/confirm", access: .member, limit: .auth, body: ConfirmationInput.self,
            answers: [204: nil], features: ["AUTH-05"],
            summary: "Uses such a link, which adds its address to your sign-in methods."
        ) { context, input in
            let member = try context.member()
            try refusing { try EmailIdentityLinks.use(input.token, by: member.id, in: identity.database) }
            context.log.notice("an address was added to the sign-in methods", [:])
            return .noContent
        }
    }
}

internal import FoundationEssentials
public import HTTP
public import Identity
internal import Logging
internal import SignIn
internal import Text

extension AuthRoutes {
    private struct RequestSignInLinkInput: InputShape {
        @Input(.email) var email: String
        @Input(.string(1...500), "The page to open after signing in: a path of this site.") var next: String?
    }

    private struct SignInLinkRequested: Shaped {
        let linkMinutes: Int

        static let shape = Shape<SignInLinkRequested>("SignInLinkRequested") {
            Field(
                "linkMinutes", \.linkMinutes, .integer(1...1_440), "How many minutes the link is valid, if one is sent."
            )
            Field("resendAfter", { _ in 60 }, .integer(1...3_600), "After how many seconds to offer another link.")
        }
    }

    /// The route that requests a link by mail. A job sends the mail, so the answer and its timing do not reveal whether
    /// the address has an account, or whether it has reached its limit of mails.
    public static func emailRoutes(_ identity: IdentityService, isMailOn: Bool, linkMinutes: Int) -> [Route] {
        [
            .post(
                "/api/auth/email", access: .any, limit: .auth, body: RequestSignInLinkInput.self,
                answers: [202: SignInLinkRequested.schema], features: ["AUTH-01"],
                summary: "Mails a link that signs in once. The answer is the same for every address."
            ) { context, input in
                guard let address = EmailAddress(input.email) else {
                    throw Problem.invalid("email", "email", "Mail cannot be sent to this address.")
                }
                if let next = input.next, !ReturnPath.isSound(next) {
                    throw Problem.invalid("next", "path", "This must be a path of this site, such as /dashboard.")
                }
                guard isMailOn else { throw mailUnavailable }
                let isQueued = try SignInLinks.request(for: address, next: input.next, in: identity.database)
                if !isQueued { context.log.notice("an address has reached its limit of sign-in links") }
                return Response.json(SignInLinkRequested(linkMinutes: linkMinutes), status: 202)
            }
            .acceptingForms(.backTo("/sign-in", saying: "link-requested")),
            requestAddition(identity, isMailOn: isMailOn, linkMinutes: linkMinutes).forPeopleOnly()
                .afterRecentSignIn().acceptingForms(.backTo("/settings", saying: "address-requested")),
            add(identity).forPeopleOnly(),
        ]
    }

    private static let mailUnavailable = Problem(
        status: 503, code: "mail_unavailable", message: "This site sends no mail. Use another sign-in method.")

    private struct AddEmailInput: InputShape {
        @Input(.email) var email: String
    }

    private struct ConfirmEmailInput: InputShape {
        @Input(.string(1...200), "The token in the link.") var token: String
    }

    private static func requestAddition(_ identity: IdentityService, isMailOn: Bool, linkMinutes: Int) -> Route {
        .post(
            "/api/auth/email/link", access: .member, limit: .auth, body: AddEmailInput.self,
            answers: [202: SignInLinkRequested.schema], features: ["AUTH-05"],
            summary: "Mails a link that adds the address to your sign-in methods."
        ) { context, input in
            let member = try context.member()
            guard let address = EmailAddress(input.email) else {
                throw Problem.invalid("email", "email", "Mail cannot be sent to this address.")
            }
            guard isMailOn else { throw mailUnavailable }
            let isQueued = try EmailIdentityLinks.request(for: address, of: member.id, in: identity.database)
            if !isQueued { context.log.notice("an address has reached its limit of sign-in links") }
            return Response.json(SignInLinkRequested(linkMinutes: linkMinutes), status: 202)
        }
    }

    private static func add(_ identity: IdentityService) -> Route {
        .post(
            "/api/auth/email/confirm", access: .member, limit: .auth, body: ConfirmEmailInput.self,
            answers: [204: nil], features: ["AUTH-05"],
            summary: "Uses such a link, which adds its address to your sign-in methods."
        ) { context, input in
            let member = try context.member()
            try EmailIdentityLinks.use(input.token, by: member.id, in: identity.database)
            context.log.notice("an address was added to the sign-in methods")
            return Response.noContent
        }
    }
}

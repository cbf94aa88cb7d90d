public import Captcha
internal import FoundationEssentials
public import HTTP
public import Identity
internal import SharedHandlers

/// What the captcha's route works with.
public struct CaptchaService: Sendable {
    let identity: IdentityService
    let account: CaptchaAccount?
    let verifier: HCaptcha?
    let isRequired: @Sendable () throws -> Bool

    /// Composes the parts; without an account there is no captcha, and no pass can be earned.
    public init(
        identity: IdentityService, account: CaptchaAccount?, siteURL: String,
        isRequired: @escaping @Sendable () throws -> Bool
    ) {
        self.identity = identity
        self.account = account
        verifier = account.map { HCaptcha($0, siteURL: siteURL) }
        self.isRequired = isRequired
    }
}

extension AuthRoutes {
    private struct CaptchaInput: InputShape {
        @Input(.string(1...8_192), "The widget's answer. Without it the request only reads the state.")
        var captchaToken: String?
    }

    private struct CaptchaState: Shaped {
        let expiresAt: Date?
        let isRequired: Bool
        let account: CaptchaAccount?

        init(_ service: CaptchaService, expiresAt: Date?) throws {
            self.expiresAt = expiresAt
            isRequired = try service.isRequired()
            account = service.account
        }

        static let shape = Shape<CaptchaState>("CaptchaState") {
            Field("passed", { $0.expiresAt != nil }, "Whether this voter has a pass, and needs no captcha to vote.")
            Field("expiresAt", \.expiresAt, "When the pass ends.")
            Field("required", \.isRequired, "Whether votes currently require a pass.")
            Field("siteKey", \.account?.siteKey, "For the widget; null when this site has no captcha.")
            Field("scriptURL", \.account?.scriptURL, "The widget's script.")
        }
    }

    /// The route by which a solved captcha earns a pass for the voter who solved it.
    public static func captchaRoutes(_ service: CaptchaService) -> [Route] {
        [
            .post(
                "/api/captcha/status", access: .any, limit: .api, body: CaptchaInput.self, features: ["VOTE-09"],
                summary: "Gives a voter who solved the captcha a pass for 30 minutes, or reads the state."
            ) { context, input in
                let voter = context.voterKey(service.identity)
                let database = service.identity.database
                guard let token = input.captchaToken else {
                    return try CaptchaState(service, expiresAt: try CaptchaPasses.expiry(of: voter, in: database))
                }
                guard let verifier = service.verifier else {
                    // As a problem, since a site without a captcha is no error for the log.
                    throw Problem(CaptchaRefusal.unavailable(reason: "this site has no captcha"))
                }
                try verifier.verify(token)
                return try CaptchaState(service, expiresAt: try CaptchaPasses.grant(to: voter, in: database))
            }
        ]
    }
}

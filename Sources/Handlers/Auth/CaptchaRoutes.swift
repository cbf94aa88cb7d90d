public import Captcha
internal import FoundationEssentials
public import HTTP
public import Identity
internal import Logging
internal import Text

/// What the captcha's route works with.
public struct CaptchaDesk: Sendable {
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
    private struct CaptchaInput: Schematic, Decodable {
        let captchaToken: String?

        static let schema = Schema.object([
            .optional(
                "captchaToken", .string(1...8_192), "What the widget answered; without it the state is told as it is.")
        ]).named("CaptchaAnswer")
    }

    private struct CaptchaState: Encodable {
        let passed: Bool
        let expiresAt: String?
        let required: Bool
        let siteKey: String?
        let scriptUrl: String?

        init(_ desk: CaptchaDesk, expiresAt: Date?) throws {
            passed = expiresAt != nil
            self.expiresAt = expiresAt?.rfc3339
            required = try desk.isRequired()
            siteKey = desk.account?.siteKey
            scriptUrl = desk.account?.scriptURL
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(passed, forKey: .passed)
            try container.encode(expiresAt, forKey: .expiresAt)
            try container.encode(required, forKey: .required)
            try container.encode(siteKey, forKey: .siteKey)
            try container.encode(scriptUrl, forKey: .scriptUrl)
        }

        private enum CodingKeys: CodingKey {
            case passed, expiresAt, required, siteKey, scriptUrl
        }

        static let schema = Schema.object([
            .required("passed", .boolean, "Whether this voter need not solve a captcha now."),
            .required("expiresAt", .dateTime.nullable, "When the pass ends."),
            .required("required", .boolean, "Whether votes need a pass at the moment."),
            .required("siteKey", .string().nullable, "For the widget; null when this site has no captcha."),
            .required("scriptUrl", .string().nullable, "The widget's script."),
        ]).named("CaptchaState")
    }

    /// The route by which a solved captcha earns a pass for the voter who solved it.
    public static func captchaRoutes(_ desk: CaptchaDesk) -> [Route] {
        [
            .post(
                "/api/captcha/status", access: .any, limit: .api, body: CaptchaInput.self,
                answers: [200: CaptchaState.schema], features: ["VOTE-09"],
                summary: "Earns 30 minutes of votes for a solved captcha, or tells whether one is due."
            ) { context, input in
                let voter = desk.voterKey(context)
                let database = desk.identity.database
                guard let token = input.captchaToken else {
                    let expiry = try CaptchaPasses.expiry(of: voter, in: database)
                    return try .json(try CaptchaState(desk, expiresAt: expiry))
                }
                guard let verifier = desk.verifier else {
                    throw Problem(CaptchaRefusal.unavailable(reason: "this site has no captcha"))
                }
                do throws(CaptchaRefusal) {
                    try verifier.verify(token)
                } catch {
                    if case .unavailable(let reason) = error {
                        context.log.error("the captcha cannot be verified", ["error": .string(reason)])
                    }
                    throw Problem(error)
                }
                let expiry = try CaptchaPasses.grant(to: voter, in: database)
                return try .json(try CaptchaState(desk, expiresAt: expiry))
            }
        ]
    }

}

extension CaptchaDesk {
    /// The voter as the vote will see it.
    fileprivate func voterKey(_ context: Context) -> String {
        let request = context.request
        return identity.voterKeys.voter(
            DeviceTraits(address: request.clientAddress) { request.headers[$0] },
            cookie: request.cookies[identity.cookies.voter], member: context.caller.member?.id, at: context.now
        ).key
    }
}

import Configuration
import FoundationEssentials
import Testing

@testable import Captcha

@Suite("Judging what hCaptcha says")
struct HCaptchaTests {
    private func judge(_ json: String, secret: String = "0xours") throws -> CaptchaRefusal? {
        let account = CaptchaAccount(siteKey: "k", secret: secret, verifyURL: "https://x.example", scriptURL: "")
        let verdict = try JSONDecoder().decode(Verdict.self, from: Data(json.utf8))
        do throws(CaptchaRefusal) {
            try HCaptcha(account, siteURL: "https://Film.example").judge(verdict)
            return nil
        } catch {
            return error
        }
    }

    @Test("VOTE-09 success counts for this site's own name alone")
    func hostname() throws {
        #expect(try judge(#"{"success":true,"hostname":"film.example"}"#) == nil)
        #expect(try judge(#"{"success":true,"hostname":"evil.example"}"#) == .otherSite)
        #expect(try judge(#"{"success":true,"hostname":"sub.film.example"}"#) == .otherSite)
        #expect(try judge(#"{"success":true}"#) == .otherSite)
        #expect(try judge(#"{"success":true,"hostname":"dummy-key-pass"}"#) == .otherSite)
        let published = "0x0000000000000000000000000000000000000000"
        #expect(try judge(#"{"success":true,"hostname":"dummy-key-pass"}"#, secret: published) == nil)
    }

    @Test(
        "VOTE-09 every code of hCaptcha is either the visitor's fault or ours",
        arguments: [
            ("invalid-input-response", CaptchaRefusal.invalid), ("missing-input-response", .invalid),
            ("expired-input-response", .expired), ("already-seen-response", .used),
            ("invalid-or-already-seen-response", .used), ("not-using-dummy-passcode", .invalid),
            ("what-is-new", .invalid),
            ("missing-input-secret", nil), ("invalid-input-secret", nil), ("sitekey-secret-mismatch", nil),
            ("bad-request", nil), ("invalid-remoteip", nil),
        ] as [(String, CaptchaRefusal?)])
    func codes(code: String, refusal: CaptchaRefusal?) throws {
        let json = #"{"success":false,"error-codes":["\#(code)"]}"#
        if let refusal {
            #expect(try judge(json) == refusal)
        } else {
            guard case .unavailable = try judge(json) else {
                Issue.record("\(code) is the visitor's fault")
                return
            }
        }
    }
}

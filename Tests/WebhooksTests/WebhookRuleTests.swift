import Crypto
import FoundationEssentials
import HTTPClient
import Testing
import Text

@testable import Webhooks

/// What needs no database: addresses, secrets and the schedule.
@Suite("The rules of webhooks")
struct WebhookRuleTests {
    private func fault(_ text: String, site: String = "https://films.example") -> WebhookURL.Fault? {
        do {
            _ = try WebhookURL(text, siteURL: site)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "RT-02 SEC-05 https to the public internet is accepted",
        arguments: [
            "https://example.org", "https://example.org/hook?token=a%20b&x=1", "https://EXAMPLE.org:8443/a",
            "https://93.184.216.34/a", "https://[2606:2800:220:1::1]/a", "HTTPS://example.org/a",
            "https://a_b.example/",
        ])
    func accepted(url: String) throws {
        #expect(fault(url) == nil)
    }

    @Test(
        "RT-02 SEC-05 anything else is refused for its reason",
        arguments: [
            ("http://example.org/a", WebhookURL.Fault.notSecure), ("ftp://example.org/", .malformed),
            ("example.org/a", .malformed), ("https://", .malformed), ("https:///a", .malformed),
            ("https://user:pass@example.org/", .malformed), ("https://example.org/#part", .malformed),
            ("https://example.org:0/", .malformed), ("https://example.org:65536/", .malformed),
            ("https://exa mple.org/", .malformed), ("https://example.org\\@10.0.0.1/", .malformed),
            ("https://ex\u{e4}mple.org/", .malformed), ("https://example.org/\r\nX: y", .malformed),
            ("https://[::1", .malformed), ("https://[zz]/", .malformed), ("https://a..b/", .malformed),
            ("https://127.1/", .malformed), ("https://0x7f.0.0.1/", .malformed), ("https://2130706433/", .malformed),
            ("https://0x7f000001/", .malformed), ("https://127.0.0.1/", .notPublic), ("https://localhost/", .notPublic),
            ("https://LocalHost:9/", .notPublic), ("https://x.localhost/", .notPublic),
            ("https://10.1.2.3/", .notPublic),
            ("https://172.16.0.1/", .notPublic), ("https://192.168.1.1/", .notPublic),
            ("https://169.254.169.254/latest", .notPublic), ("https://100.64.0.1/", .notPublic),
            ("https://0.0.0.0/", .notPublic), ("https://[::1]/", .notPublic), ("https://[fd00::1]/", .notPublic),
            ("https://[fe80::1]/", .notPublic), ("https://[::ffff:10.0.0.1]/", .notPublic),
            ("https://[2002:7f00:1::]/", .notPublic), ("https://224.0.0.1/", .notPublic),
        ])
    func refused(url: String, wanted: WebhookURL.Fault) {
        #expect(fault(url) == wanted, "\(url)")
    }

    @Test("RT-02 only a site that is on loopback itself may send to loopback, with http too")
    func loopback() throws {
        for url in ["http://127.0.0.1:9/a", "http://localhost:9/a", "http://[::1]:9/a", "https://127.0.0.1:9/a"] {
            #expect(fault(url, site: "http://127.0.0.1:8080") == nil)
            #expect(try WebhookURL(url, siteURL: "http://127.0.0.1:8080").isLoopback)
            #expect(fault(url) != nil)
        }
        #expect(fault("http://example.org/", site: "http://127.0.0.1:8080") == .notSecure)
        #expect(fault("https://10.0.0.1/", site: "http://127.0.0.1:8080") == .notPublic)
        #expect(try !WebhookURL("https://example.org/", siteURL: "http://127.0.0.1:8080").isLoopback)
    }

    @Test("RT-02 the published vector of the signature, and one signature for each secret")
    func vector() throws {
        let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let signature = WebhookSecret.signature(
            of: #"{"test": 2432232314}"#, id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, by: [secret])
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        #expect(secret.text == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let other = WebhookSecret.random()
        let both = WebhookSecret.signature(of: "{}", id: "msg_1", timestamp: 1, by: [other, secret]).split(
            separator: " ")
        #expect(both.count == 2 && both.allSatisfy { $0.hasPrefix("v1,") } && both[0] != both[1])
        #expect(other.text.count == 38 && other != .random())
        #expect(!"\(other)".contains(other.text.dropFirst(6)) && !String(reflecting: other).contains("bytes"))
        #expect(WebhookSecret("whsec_!!") == nil && WebhookSecret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") == nil)
    }

    @Test("RT-02 a stored secret opens for its webhook under its key only, and notices every change")
    func sealing() throws {
        let key = SealingKey.webhooks(of: Array("k".utf8))
        let (one, two) = (UUID(), UUID())
        let secret = WebhookSecret.random()
        let sealed = secret.sealed(key, for: one)
        #expect(WebhookSecret(sealed: sealed, key, for: one) == secret)
        #expect(WebhookSecret(sealed: sealed, key, for: two) == nil)
        #expect(WebhookSecret(sealed: sealed, .webhooks(of: Array("x".utf8)), for: one) == nil)
        #expect(secret.sealed(key, for: one) != sealed, "a nonce is used once")
        for place in sealed.indices {
            var changed = sealed
            changed[place] ^= 1
            #expect(WebhookSecret(sealed: changed, key, for: one) == nil)
        }
        for length in [0, 5, 27, 28] {
            #expect(WebhookSecret(sealed: Array(sealed.prefix(length)), key, for: one) == nil)
        }
    }

    @Test("RT-02 what an answer means, and how long the wait is")
    func verdicts() throws {
        func end(_ status: Int, _ headers: [(name: String, value: String)] = []) -> WebhookSender.AttemptEnd {
            WebhookSender.AttemptEnd(IncomingResponse(status: status, headers: headers, body: Array("x\0y".utf8)))
        }
        for status in [200, 201, 202, 204, 299] { #expect(end(status).verdict == .delivered) }
        for status in [100, 301, 302, 307, 400, 401, 404, 409, 429, 500, 503] {
            #expect(end(status).verdict == .failed)
        }
        #expect(end(410).verdict == .gone && end(410).wait(after: 0) == nil && end(200).wait(after: 0) == nil)
        #expect(end(500).answer == "x\u{FFFD}y")
        for (tries, wait) in WebhookSender.waits.enumerated() {
            let found = try #require(end(500).wait(after: tries))
            #expect(wait <= found && found <= wait * 1.1)
        }
        #expect(end(500).wait(after: WebhookSender.waits.count) == nil)
        let total = WebhookSender.waits.reduce(Duration.zero, +)
        #expect((.seconds(30 * 3_600) ... .seconds(36 * 3_600)).contains(total), "about a day and a half")
        #expect(end(503, [("retry-after", "900")]).wait(after: 0) == .seconds(900))
        #expect(end(429, [("retry-after", "99999999")]).wait(after: 0) == .seconds(86_400))
        // A time counts as the seconds until then.
        let later = (Date.now + 7_200).rfc1123
        let asked = try #require(end(429, [("retry-after", later)]).wait(after: 0))
        #expect((.seconds(7_000) ... .seconds(7_200)).contains(asked))
        for odd in ["-5", "soon", "", "Sun, 06 Nov 1994 08:49:37 GMT"] {
            #expect(try #require(end(429, [("retry-after", odd)]).wait(after: 0)) < .seconds(6))
        }
        #expect(try #require(end(500, [("retry-after", "900")]).wait(after: 0)) < .seconds(6))
    }
}

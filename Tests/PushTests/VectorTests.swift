import Crypto
import FoundationEssentials
import Testing
import Text

@testable import Push

private func bytes(_ text: String) throws -> [UInt8] { try #require(Text.bytes(base64url: text)) }

@Suite("Web Push")
struct VectorTests {
    @Test("NOTE-02 a message is encrypted as Appendix A of RFC 8291 has it, byte by byte")
    func encryption() throws {
        let sender = try #require(P256PrivateKey(try bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")))
        let browser = try #require(
            P256PublicKey(
                try bytes(
                    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")))
        #expect(
            Text.base64url(sender.point)
                == "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8")
        let shared = try #require(sender.sharedSecret(with: browser))
        #expect(Text.base64url(shared) == "kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs")
        let body = PushEncryption.seal(
            Array("When I grow up, I want to be a watermelon".utf8), for: browser,
            secret: try bytes("BTBZMqHH6r4Tts7J_aSIgg"), sender: sender, salt: try bytes("DGv6ra1nlYgDCS1FRnbzlw"))
        #expect(
            Text.base64url(body ?? [])
                == "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8"
                + "wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")
        // The other side's way to the same secret.
        let other = try #require(P256PrivateKey(try bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")))
        #expect(other.point == browser.point)
        #expect(other.sharedSecret(with: try #require(P256PublicKey(sender.point))) == shared)
    }

    @Test("NOTE-02 a message of 3,993 bytes makes a body of 4,096; a longer one is refused; no two bodies are alike")
    func lengths() throws {
        let browser = try #require(P256PublicKey(P256PrivateKey.random().point))
        let secret = SecureRandom.bytes(16)
        let longest = [UInt8](repeating: 7, count: PushEncryption.longestMessage)
        let body = try #require(PushEncryption.seal(longest, for: browser, secret: secret))
        #expect(body.count == 4_096 && body != PushEncryption.seal(longest, for: browser, secret: secret))
        #expect(PushEncryption.seal(longest + [7], for: browser, secret: secret) == nil)
    }

    @Test("NOTE-02 the token of RFC 8292 is verified, and ours are what it describes")
    func tokens() throws {
        let token =
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN"
            + "1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazN"
            + "jjvW2L9OkSSHzvoD1oA"
        let parts = token.split(separator: ".").map(String.init)
        let key = try #require(
            P256PublicKey(
                try bytes(
                    "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs")))
        #expect(key.isValid(try bytes(parts[2]), for: Array((parts[0] + "." + parts[1]).utf8)))
        #expect(!key.isValid(try bytes(parts[2]), for: Array((parts[0] + "." + parts[0]).utf8)))

        let own = P256PrivateKey.random()
        let identity = PushIdentity(key: own, subject: "mailto:film@example.org")
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let header = try #require(identity.authorization(for: "https://push.example.net", at: now))
        let made = try #require(header.firstMatch(of: /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]{86}),k=([\w-]{87})$/))
        #expect(String(decoding: try bytes(String(made.1)), as: UTF8.self) == #"{"typ":"JWT","alg":"ES256"}"#)
        #expect(
            String(decoding: try bytes(String(made.2)), as: UTF8.self)
                == #"{"aud":"https://push.example.net","exp":1800043200,"sub":"mailto:film@example.org"}"#)
        #expect(String(made.4) == identity.publicKey)
        let ours = try #require(P256PublicKey(own.point))
        #expect(ours.isValid(try bytes(String(made.3)), for: Array("\(made.1).\(made.2)".utf8)))
    }

    @Test("NOTE-02 what is no key is refused; the key of a site follows from its secret")
    func keys() {
        #expect(P256PrivateKey([UInt8](repeating: 0, count: 32)) == nil)
        #expect(P256PrivateKey([UInt8](repeating: 255, count: 32)) == nil)
        #expect(P256PublicKey([4] + [UInt8](repeating: 1, count: 64)) == nil)
        #expect(P256PublicKey([]) == nil)
        let secret = SecretKey(Array("k".utf8))
        #expect(
            P256PrivateKey.derived(from: secret, "push").point == P256PrivateKey.derived(from: secret, "push").point)
        #expect(P256PrivateKey.derived(from: secret, "push").point != P256PrivateKey.derived(from: secret, "x").point)
    }

    @Test(
        "NOTE-02 SEC-05 only addresses of push services are sent to",
        arguments: [
            ("https://fcm.googleapis.com/fcm/send/abc:def", "https://fcm.googleapis.com"),
            ("https://updates.push.services.mozilla.com/wpush/v2/x?y", "https://updates.push.services.mozilla.com"),
            ("https://WNS2-par02p.notify.windows.com/w/?token=x", "https://wns2-par02p.notify.windows.com"),
            ("http://127.0.0.1:99/x", "http://127.0.0.1:99"),
        ] as [(String, String?)]
            + [
                "http://fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x",
                "https://fcm.googleapis.com@evil.example/",
                "https://evil.example/fcm.googleapis.com", "https://notfcm.googleapis.com/x", "https://127.0.0.1/x",
                "http://127.0.0.1:98/x", "https://[::1]/x", "https://fcm.googleapis.com\\@evil.example/", "ftp://x/",
                "",
                "https://fcm.googleapis.com.evil.example/", "https://fcm.googleapis.com/\u{e9}", "https:///x",
                "https://fcm.googleapis.com/" + String(repeating: "x", count: 1_000),
            ].map { ($0, nil) })
    func services(endpoint: String, origin: String?) {
        // An origin of another machine is not allowed by naming it.
        let services = PushServices(PushServices.standard + ["http://127.0.0.1:99", "http://evil.example"])
        #expect(services.origin(of: endpoint) == origin)
        #expect(services.origin(of: "http://evil.example/x") == nil)
    }
}

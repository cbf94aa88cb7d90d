import Crypto
import FoundationEssentials
import SignIn
import Testing
import Text

@Suite("Statements signed by providers")
struct IDTokenTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let good: [String: String] = [
        "iss": #""https://id.example""#, "aud": #""us""#, "sub": #""42""#, "exp": "1800000300", "iat": "1799999990",
        "nonce": #""n-1""#, "email": #""ann@example.org""#, "email_verified": "true",
    ]

    private func claims(_ changes: [String: String?] = [:]) -> String {
        var all: [String: String] = good
        for (name, value) in changes { all[name] = value }
        return "{" + all.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    private func expectation(accessToken: String? = nil) -> IDToken.Expectation {
        IDToken.Expectation(
            issuers: ["https://id.example"], clientID: "us", nonce: "n-1", accessToken: accessToken, now: now)
    }

    /// Unsigned, for what does not depend on the signature.
    private func token(_ changes: [String: String?] = [:]) throws -> IDToken {
        let head = Text.base64url(#"{"alg":"RS256"}"#.utf8)
        return try IDToken("\(head).\(Text.base64url(claims(changes).utf8)).AAAA")
    }

    @Test("AUTH-01 a valid token identifies the person")
    func goodToken() throws {
        let signer = try Signer()
        let token = try IDToken(signer.token(claims()))
        #expect(try token.isSigned(by: signer.keySet()))
        let account = try token.account(expectation())
        #expect(account == ProviderAccount(subject: "42", email: "ann@example.org", emailIsVerified: true))
    }

    @Test("AUTH-01 only a signature by the named key is valid, and any changed bit breaks it")
    func signatures() throws {
        let (signer, other) = (try Signer(), try Signer(keyID: "k2"))
        let text = try signer.token(claims())
        let parts = text.split(separator: ".").map(String.init)
        #expect(try !IDToken(text).isSigned(by: other.keySet()))
        // The other key under this one's name.
        let renamed = other.webKey().replacing("\"k2\"", with: "\"k1\"")
        #expect(try !IDToken(text).isSigned(by: WebKeySet.reading(#"{"keys":[\#(renamed)]}"#)))
        let forged = Text.base64url(claims(["sub": #""1""#]).utf8)
        #expect(try !IDToken("\(parts[0]).\(forged).\(parts[2])").isSigned(by: signer.keySet()))
        var signature = try #require(Text.bytes(base64url: parts[2]))
        signature[100] ^= 1
        #expect(try !IDToken("\(parts[0]).\(parts[1]).\(Text.base64url(signature))").isSigned(by: signer.keySet()))
        #expect(try !IDToken("\(parts[0]).\(parts[1]).").isSigned(by: signer.keySet()))
        // Without a name every key may have.
        let unnamed = try signer.token(header: #"{"alg":"RS256"}"#, claims())
        let both = try WebKeySet.reading(#"{"keys":[\#(other.webKey()),\#(signer.webKey())]}"#)
        #expect(try IDToken(unnamed).isSigned(by: both))
    }

    @Test(
        "AUTH-01 no other algorithm is taken",
        arguments: [
            #"{"alg":"none"}"#, #"{"alg":"HS256"}"#, #"{"alg":"rs256"}"#, #"{"alg":"RS512"}"#, #"{"alg":"ES256"}"#,
            #"{"kid":"k1"}"#, #"{"alg":"RS256","crit":["x"]}"#, "[]", "{",
        ])
    func algorithms(header: String) {
        let body = Text.base64url(claims().utf8)
        for signature in ["", "AAAA"] {
            #expect(throws: ProviderFault.self) {
                try IDToken("\(Text.base64url(header.utf8)).\(body).\(signature)")
            }
        }
    }

    @Test(
        "AUTH-01 a token that is not meant for this sign-in is refused",
        arguments: [
            ("iss", #""https://evil.example""#), ("iss", #""https://id.example/""#), ("aud", #""them""#),
            ("aud", #"["us","them"]"#), ("aud", "[]"), ("azp", #""them""#), ("exp", "1799999939"),
            ("iat", "1800000061"), ("nbf", "1800000061"), ("nonce", #""n-2""#), ("nonce", nil), ("sub", #""""#),
        ] as [(String, String?)])
    func otherClaims(name: String, value: String?) throws {
        let token = try token([name: value])
        #expect(throws: ProviderFault.self) { try token.account(expectation()) }
    }

    @Test("AUTH-01 clocks may differ by a minute, and an audience may be a list")
    func leniency() throws {
        for change: [String: String] in [
            ["exp": "1799999941"], ["iat": "1800000059"], ["aud": #"["us"]"#],
            ["aud": #"["us","them"]"#, "azp": #""us""#], ["azp": #""us""#],
        ] {
            #expect(throws: Never.self) { try token(change).account(expectation()) }
        }
    }

    @Test("AUTH-02 an address counts as verified only when the provider says so")
    func verification() throws {
        for (value, isVerified) in [("true", true), (#""true""#, true), ("false", false), ("1", false), (nil, false)] {
            #expect(try token(["email_verified": value]).account(expectation()).emailIsVerified == isVerified)
        }
        let without = try token(["email": nil]).account(expectation())
        #expect(without.email == nil && !without.emailIsVerified)
    }

    @Test("AUTH-01 the access token beside it must be the one it speaks of")
    func accessTokenHash() throws {
        let hash = Text.base64url(SHA256.hash("access").prefix(16))
        let token = try token(["at_hash": "\"\(hash)\""])
        #expect(throws: Never.self) { try token.account(expectation(accessToken: "access")) }
        #expect(throws: ProviderFault.self) { try token.account(expectation(accessToken: "another")) }
    }

    @Test("AUTH-01 weak, broken and foreign keys are left out of a key set")
    func keySets() throws {
        let (strong, weak) = (try Signer(), try Signer(keyID: "k1", bits: 1_024))
        let token = try IDToken(weak.token(claims()))
        #expect(try !token.isSigned(by: weak.keySet()))
        let mine = try IDToken(strong.token(claims()))
        for more in [#""use":"enc""#, #""alg":"RS512""#] {
            #expect(try !mine.isSigned(by: WebKeySet.reading(#"{"keys":[\#(strong.webKey(more))]}"#)))
        }
        #expect(try mine.isSigned(by: WebKeySet.reading(#"{"keys":[\#(strong.webKey(#""x":1"#))]}"#)))
        for key in [#"{"kty":"EC","crv":"P-256"}"#, #"{"kty":"RSA","n":"!","e":"AQAB"}"#, "{}"] {
            let set = try WebKeySet.reading(#"{"keys":[\#(key),\#(strong.webKey())]}"#)
            #expect(mine.isSigned(by: set))
        }
        #expect(throws: (any Error).self) { try WebKeySet.reading("{}") }
    }

    @Test("AUTH-01 keys that no sound provider has are none", arguments: [[], [1], [0, 1], [2], [0]] as [[UInt8]])
    func exponents(exponent: [UInt8]) throws {
        let modulus = [UInt8](repeating: 0xc3, count: 256)
        #expect(RSAPublicKey(modulus: modulus, exponent: [1, 0, 1]) != nil)
        #expect(RSAPublicKey(modulus: modulus, exponent: exponent) == nil)
        #expect(RSAPublicKey(modulus: [UInt8](repeating: 0xc3, count: 1_025), exponent: [1, 0, 1]) == nil)
        #expect(RSAPublicKey(modulus: [], exponent: [1, 0, 1]) == nil)
    }
}

import FoundationEssentials
import Testing
import Text

@testable import Identity

@Suite("Usernames, avatars and cookies")
struct RuleTests {
    @Test(
        "AUTH-03 a username is 3 to 20 small letters, digits or underscores",
        arguments: [
            ("mira_okafor", nil), ("abc", nil), ("a_1", nil), ("12345678901234567890", nil),
            ("ab", Usernames.Fault.malformed), ("123456789012345678901", .malformed), ("Mira", .malformed),
            ("mi ra", .malformed), ("míra", .malformed), ("mira\n", .malformed), ("", .malformed),
            ("admin", .reserved), ("__admin__", .reserved), ("dailies", .reserved), ("former_member", .reserved),
        ])
    func usernames(name: String, refusal: Usernames.Fault?) {
        #expect(Usernames.fault(in: name) == refusal)
    }

    @Test("AUTH-03 an avatar is the same for ever, and different ones look different")
    func avatars() {
        #expect(
            Avatar.svg(seed: "mira")
                == """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" \
                fill="#40222b"/><circle cx="32" cy="0" r="20" fill="#5bb8ff"/><circle cx="0" cy="32" r="14" \
                fill="#9fe870"/></svg>
                """)
        let pictures = Set((0..<200).map { Avatar.svg(seed: "seed \($0)") })
        #expect(pictures.count > 180)
        #expect(!Avatar.svg(seed: "\"><script>").contains("script"))
    }

    @Test("AUTH-02 cookies are __Host- and Secure except on plain http of this machine")
    func cookieNames() {
        let names = CookieNames(isPlainLoopback: false)
        #expect(names.session == "__Host-session" && names.voter == "__Host-voter" && names.isSecure)
        let plain = CookieNames(isPlainLoopback: true)
        #expect(plain.session == "session" && plain.voter == "voter" && !plain.isSecure)
    }

    @Test("AUTH-02 tokens have 256 random bits and one spelling")
    func tokens() throws {
        let token = OpaqueToken.random()
        #expect(token.text.utf8.count == 43 && token.hash.count == 32)
        #expect(try #require(OpaqueToken(token.text)) == token)
        #expect(Set((0..<100).map { _ in OpaqueToken.random() }).count == 100)
        #expect("\(token)" == "OpaqueToken")
        for wrong in ["", "x", token.text + "A", String(token.text.dropLast()), token.text + "=", "é" + token.text] {
            #expect(OpaqueToken(wrong) == nil)
        }
        // The last of 43 digits holds two spare bits, which must be zero.
        #expect(OpaqueToken(String(repeating: "A", count: 42) + "B") == nil)
    }
}

@Suite("Form tokens")
struct CSRFTokenTests {
    let tokens = CSRFTokens(secretKey: Array("0123456789abcdef0123456789abcdef".utf8))
    let now = Date(timeIntervalSince1970: 1_800_000_000)

    @Test("SEC-01 a token is good for an hour and for what it was bound to")
    func life() {
        let (token, expiresAt) = tokens.issue(.session("s1"), at: now)
        #expect(expiresAt == now + 3_600)
        #expect(tokens.isValid(token, for: .session("s1"), at: now))
        #expect(tokens.isValid(token, for: .session("s1"), at: now + 3_599))
        #expect(!tokens.isValid(token, for: .session("s1"), at: now + 3_600))
        #expect(!tokens.isValid(token, for: .session("s2"), at: now))
        #expect(!tokens.isValid(token, for: .voter("s1"), at: now))
    }

    @Test("SEC-01 a token of another key, or changed in any digit, is not good")
    func forgeries() {
        let (token, _) = tokens.issue(.voter("v"), at: now)
        let others = CSRFTokens(secretKey: Array("another key of thirty-two bytes!".utf8))
        #expect(!others.isValid(token, for: .voter("v"), at: now))
        for index in token.indices {
            var changed = token
            changed.replaceSubrange(index...index, with: token[index] == "A" ? "B" : "A")
            #expect(!tokens.isValid(changed, for: .voter("v"), at: now), "\(changed)")
        }
        for wrong in ["", "x", token + "A", String(token.dropLast()), token + "\u{0}"] {
            #expect(!tokens.isValid(wrong, for: .voter("v"), at: now))
        }
    }
}

@Suite("Voter keys")
struct VoterKeyTests {
    let keys = VoterKeys(secretKey: Array("0123456789abcdef0123456789abcdef".utf8))
    let now = Date(timeIntervalSince1970: 1_800_000_000)
    static let headers = [
        "User-Agent": "Mozilla/5.0", "Accept-Language": "de", "Sec-CH-UA": "\"Chromium\"",
        "Sec-CH-UA-Platform": "\"Linux\"", "Sec-CH-UA-Mobile": "?0", "Accept-Encoding": "gzip, br",
    ]

    func device(_ address: String = "192.0.2.7", _ changes: [String: String] = [:]) -> String {
        let headers = Self.headers.merging(changes) { $1 }
        return keys.device(DeviceTraits(address: address) { headers[$0] })
    }

    @Test("VOTE-07 a device's key is device_ and 32 hexadecimal digits")
    func form() {
        #expect(device().wholeMatch(of: #/device_[0-9a-f]{32}/#) != nil)
        #expect(device() == device())
    }

    @Test("VOTE-07 every header of the list distinguishes devices", arguments: DeviceTraits.headers)
    func headers(name: String) {
        #expect(device("192.0.2.7", [name: "other"]) != device())
        #expect(device("192.0.2.7", [name: ""]) != device())
    }

    @Test("VOTE-07 values cannot be shifted from one header to the next")
    func boundaries() {
        let left = device("192.0.2.7", ["User-Agent": "ab", "Accept-Language": "c"])
        let right = device("192.0.2.7", ["User-Agent": "a", "Accept-Language": "bc"])
        #expect(left != right)
    }

    @Test("VOTE-07 a network is an IPv4 address or an IPv6 /64")
    func networks() {
        #expect(device("192.0.2.7") != device("192.0.2.8"))
        #expect(device("2001:db8::1") == device("2001:db8::ffff:1"))
        #expect(device("2001:db8:0:1::1") != device("2001:db8:0:2::1"))
        #expect(device("::ffff:192.0.2.7") == device("192.0.2.7"))
        #expect(device("unix:") != device("192.0.2.7"))
    }

    @Test("VOTE-07 another site's key makes other voter keys")
    func keyed() {
        let other = VoterKeys(secretKey: Array("another key of thirty-two bytes!".utf8))
        let traits = DeviceTraits(address: "192.0.2.7") { Self.headers[$0] }
        #expect(other.device(traits) != keys.device(traits))
    }

    @Test("VOTE-07 the network's hash changes with the UTC day and holds no address")
    func networkOfTheDay() {
        let today = keys.network(of: "192.0.2.7", at: now)
        #expect(today == keys.network(of: "192.0.2.7", at: Date(timeIntervalSince1970: 1_800_057_599)))
        #expect(today != keys.network(of: "192.0.2.7", at: Date(timeIntervalSince1970: 1_800_057_600)))
        #expect(today.hex.count == 32)
    }

    @Test("VOTE-07 members vote as themselves and keep the device's key beside")
    func voters() throws {
        let traits = DeviceTraits(address: "192.0.2.7") { Self.headers[$0] }
        let member = try #require(UUID(uuidString: "3F2504E0-4F89-11D3-9A0C-0305E82C3301"))
        let cookie = VoterCookie.random().text
        let voter = keys.voter(traits, cookie: cookie, member: member, at: now)
        #expect(voter.key == "user_3f2504e0-4f89-11d3-9a0c-0305e82c3301")
        #expect(voter.deviceKey == device())
        #expect(voter.cookieHash?.wholeMatch(of: #/[0-9a-f]{32}/#) != nil)
        let visitor = keys.voter(traits, cookie: nil, member: nil, at: now)
        #expect(visitor.key == device() && visitor.member == nil && visitor.cookieHash == nil)
        #expect(keys.voter(traits, cookie: "made up", member: nil, at: now).cookieHash == nil)
    }

    @Test("VOTE-08 missing browser headers are noticed")
    func missingHeaders() {
        #expect(!DeviceTraits(address: "192.0.2.7") { Self.headers[$0] }.lacksBrowserHeaders)
        #expect(DeviceTraits(address: "192.0.2.7") { $0 == "User-Agent" ? "curl/8" : nil }.lacksBrowserHeaders)
    }
}

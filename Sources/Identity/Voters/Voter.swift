internal import Crypto
public import FoundationEssentials
internal import Platform
internal import Synchronization
public import Text

/// What a request reveals about the device that sent it.
public struct DeviceTraits: Sendable {
    /// The headers that tell devices of one network apart.
    public static let headers = [
        "User-Agent", "Accept-Language", "Sec-CH-UA", "Sec-CH-UA-Platform", "Sec-CH-UA-Mobile", "Accept-Encoding",
    ]

    let network: [UInt8]
    let values: [String]

    /// The traits of a request, whose headers `header` looks up by name.
    public init(address: String, header: (String) -> String?) {
        network = Self.network(of: address)
        values = Self.headers.map { header($0) ?? "" }
    }

    /// Text that is not an address, such as the path of a unix socket, is its own network.
    static func network(of address: String) -> [UInt8] { NetworkAddress(address)?.network ?? Array(address.utf8) }

    /// Whether a browser of today would have sent more than this.
    public var lacksBrowserHeaders: Bool { values[0].isEmpty || values[1].isEmpty || values[5].isEmpty }
}

/// Who votes.
public struct Voter: Sendable, Equatable {
    /// `user_<id>` or `device_` and 32 hexadecimal digits.
    public let key: String
    /// The device's key, kept for members too.
    public let deviceKey: String
    /// The voter cookie's hash in hexadecimal; nil when the browser sent none.
    public let cookieHash: String?
    /// The keyed hash of the network in hexadecimal, different every day.
    public let network: String
    /// The member, unless a device votes.
    public let member: UUID?
}

/// Makes voter keys. No address can be found out from them, since they are keyed by the site's secret.
public struct VoterKeys: Sendable {
    private let deviceKey: SecretKey
    private let dayKeys: DayKeys
    private let cookieKey: SecretKey

    /// Keys under the site's secret key.
    public init(secretKey: [UInt8]) {
        let key = SecretKey(secretKey)
        deviceKey = key.derived("voter device")
        dayKeys = DayKeys(key.derived("voter network"))
        cookieKey = key.derived("voter cookie")
    }

    /// The key of a device.
    public func device(_ traits: DeviceTraits) -> String {
        var message: [UInt8] = []
        message.reserveCapacity(512)
        message.append(UInt8(truncatingIfNeeded: traits.network.count))
        message += traits.network
        for value in traits.values {
            // Each value ends with a byte that no header can hold, so that no two lists read the same.
            message += value.utf8.prefix(1_024)
            message.append(0)
        }
        return "device_" + Text.hex(HMAC256.sign(message, key: deviceKey).prefix(16))
    }

    /// The hash of the day of an address' network.
    public func network(of address: String, at now: Date) -> Identifier128 {
        network(DeviceTraits.network(of: address), at: now)
    }

    private func network(_ network: [UInt8], at now: Date) -> Identifier128 {
        Identifier128(HMAC256.sign(network, key: dayKeys.key(at: now)).prefix(16))
    }

    /// The key of a person's feed and votes: the member's, else the device's, whose traits are only then evaluated.
    public func key(_ traits: @autoclosure () -> DeviceTraits, member: UUID?) -> String {
        member.map { "user_" + $0.text } ?? device(traits())
    }

    /// Who votes with a request.
    public func voter(_ traits: DeviceTraits, cookie: String?, member: UUID?, at now: Date) -> Voter {
        let device = device(traits)
        return Voter(
            key: member.map { "user_" + $0.text } ?? device,
            deviceKey: device,
            cookieHash: cookie.flatMap(VoterCookie.init).map { cookie in
                Text.hex(HMAC256.sign(cookie.text, key: cookieKey).prefix(16))
            },
            network: network(traits.network, at: now).hex,
            member: member)
    }
}

/// The keys of networks, another one every day. The last one is kept, since every request needs it.
private final class DayKeys: Sendable {
    private let key: SecretKey
    private let last: Mutex<(day: Int, key: SecretKey)?> = Mutex(nil)

    init(_ key: SecretKey) {
        self.key = key
    }

    func key(at now: Date) -> SecretKey {
        let day = Int((now.timeIntervalSince1970 / 86_400).rounded(.down))
        return last.withLock { last in
            if let last, last.day == day { return last.key }
            let derived = key.derived(String(now.rfc3339.prefix(10)))
            last = (day, derived)
            return derived
        }
    }
}

/// The random value that a browser keeps, so that devices which look the same can be told apart.
public struct VoterCookie: Sendable, Equatable {
    /// The value.
    public let text: String

    /// A new value.
    public static func random() -> VoterCookie { VoterCookie(unchecked: Text.base64url(SecureRandom.bytes(16))) }

    /// A value that a browser shows; nil when this site cannot have made it.
    public init?(_ text: String) {
        guard text.utf8.count == 22, Text.bytes(base64url: text) != nil else { return nil }
        self.text = text
    }

    private init(unchecked text: String) {
        self.text = text
    }
}

internal import Text

/// The push services that this site may call. A browser names the address to which messages for it go, so without such a list
/// anyone could let the site call any server.
public struct PushServices: Sendable, Equatable {
    /// Those of the browsers that there are.
    public static let standard = [
        "fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com",
    ]

    private let hosts: [String]
    /// Origins on this machine.
    private let origins: [String]

    /// Services by host name. An entry that is an origin is allowed as it is, if it is on this machine.
    public init(_ entries: [String] = standard) {
        hosts = entries.filter { !$0.contains("/") }.map { $0.lowercased() }
        origins = entries.filter { $0.contains("/") }.compactMap(Self.origin).filter {
            let host = Self.host(of: $0)
            return host == "localhost" || host.hasPrefix("127.")
        }
    }

    /// The origin of an address to which messages may be sent; nil for any other address. It must be https, name no user and
    /// no port of its own, and be at a service of the list.
    public func origin(of endpoint: String) -> String? {
        guard endpoint.utf8.count <= 1_000, endpoint.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            !endpoint.contains("@"), !endpoint.contains("\\"), !endpoint.contains("#"),
            let origin = Self.origin(endpoint)
        else { return nil }
        if origins.contains(origin) { return origin }
        let host = Self.host(of: origin)
        guard origin == "https://" + host, hosts.contains(where: { host == $0 || host.hasSuffix("." + $0) }) else {
            return nil
        }
        return origin
    }

    /// Whether an origin must lead to an address of the public internet.
    func needsPublicAddress(_ origin: String) -> Bool { !origins.contains(origin) }

    private static func origin(_ url: String) -> String? {
        guard let scheme = ["https://", "http://"].first(where: { url.hasPrefix($0) }) else { return nil }
        let rest = url.dropFirst(scheme.count).prefix { !"/?".contains($0) }
        return rest.isEmpty ? nil : scheme + rest.lowercased()
    }

    private static func host(of origin: String) -> String {
        String(origin.drop { $0 != "/" }.dropFirst(2).prefix { $0 != ":" })
    }
}

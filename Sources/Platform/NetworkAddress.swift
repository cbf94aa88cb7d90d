internal import Glibc

/// An IPv4 or IPv6 address.
public struct NetworkAddress: Sendable, Hashable {
    /// The address in network byte order, 4 or 16 bytes.
    public let bytes: [UInt8]

    /// Reads an address in its usual notation. An IPv4 address that was mapped into IPv6 is the IPv4 address.
    public init?(_ text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            bytes = withUnsafeBytes(of: v4) { Array($0) }
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            let all = withUnsafeBytes(of: v6) { Array($0) }
            let isMapped = all.prefix(10).allSatisfy { $0 == 0 } && all[10] == 0xff && all[11] == 0xff
            bytes = isMapped ? Array(all.suffix(4)) : all
        } else {
            return nil
        }
    }

    /// What belongs to one household: the IPv4 address, or the /64 of an IPv6 address.
    public var network: [UInt8] { bytes.count == 4 ? bytes : Array(bytes.prefix(8)) }
}

extension NetworkAddress {
    /// Whether a URL's host is this machine.
    public static func isLoopback(host: String) -> Bool {
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return host == "localhost" || host == "::1" || host == "[::1]"
            || (numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil })
    }
}

internal import CCurl

/// Addresses that are not of the public internet.
public enum PrivateAddress {
    /// Whether a URL's host is such an address, or a name that always means this machine. Other names are looked up when a
    /// connection is made, and checked then.
    public static func isNamed(by host: String) -> Bool {
        let name = host.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") { return true }
        let isBracketed = name.hasPrefix("[") && name.hasSuffix("]")
        return dailies_is_private_literal(isBracketed ? String(name.dropFirst().dropLast()) : name) != 0
    }
}
